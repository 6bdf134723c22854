"""The door to the pages: what is asked before Streamlit hears of a request, and how people come in and out."""

from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from anyio import to_thread
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from data.schema import NAME_LIMIT, StoreUnavailable
from data.text_input import printable
from model.access.authenticator import WrongPassword
from model.access.middleware import (
    COOKIE,
    AccessMiddleware,
    AccessPolicy,
    Refusal,
    client_address,
    is_cross_site,
    session_secret,
)
from model.access.rate_limit import RateLimit, RateLimiter, RateLimitExceeded
from pages.ui.resources import doorman, settings
from pages.ui.server import oidc
from pages.ui.server.sign_in import SIGN_IN, SIGN_OUT, form, too_often
from pages.ui.triage.tour import FIRST_VISIT, LATER_VISIT, VISITS_COOKIE

FREE = (SIGN_IN, "/_stcore/health")
FORM_LIMIT = 4096
ASK = "Ask whoever runs this Mailroom to put you on one."
ARRIVALS = RateLimiter(RateLimit(120, 60))
"""How often an address may set out for the provider of single sign-on."""


class Entrance:
    """ASGI middleware before the pages; the API, which stands before it, has a gate of its own."""

    def __init__(self, app: Any) -> None:
        self._gate = cache(lambda: AccessMiddleware(app, doorman, settings(), DOOR))

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        try:
            gate = self._gate()
        except ValueError as error:
            sentence = f"Mailroom cannot start as it is set up. {error}"
            return await PlainTextResponse(sentence, 503)(scope, receive, send) if scope["type"] == "http" else None
        return await gate(scope, receive, _counting(scope, send))


def _counting(scope: dict[str, Any], send: Any) -> Any:
    """Sends on, and lets a visitor who is sent a page know next time that it is not the first one."""
    visits = HTTPConnection(scope).cookies.get(VISITS_COOKIE) if _asks_for_page(scope) else LATER_VISIT
    if visits == LATER_VISIT:
        return send

    async def send_(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start" and message["status"] in (200, 304):
            visit = LATER_VISIT if visits else FIRST_VISIT
            cookie = f"{VISITS_COOKIE}={visit}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly".encode()
            message = {**message, "headers": [*message["headers"], (b"set-cookie", cookie)]}
        await send(message)

    return send_


def _asks_for_page(scope: dict[str, Any]) -> bool:
    """Whether a browser opens a page of Streamlit's; the form to sign in on is none."""
    if scope["type"] != "http" or scope["path"].startswith((SIGN_IN, *oidc.PATHS)):
        return False
    return "text/html" in HTTPConnection(scope).headers.get("accept", "")


def routes() -> list[Route]:
    """The addresses at which people sign in and out."""
    signing = [Route(SIGN_IN, _sign_in, methods=["GET", "POST"]), Route(SIGN_OUT, _sign_out)]
    return [*signing, Route(oidc.AWAY, _away), Route(oidc.BACK, _back), Route(oidc.OUT, _out)]


def _free(path: str) -> bool:
    return path in FREE or (path in oidc.PATHS and oidc.on())


def _refuse(scope: dict[str, Any], refusal: Refusal) -> Callable[..., Awaitable[None]]:
    """Whoever opens a page is shown the form and comes back to it; what else is asked is refused in one sentence."""
    if refusal.status == 401 and scope["method"] == "GET" and _asks_for_page(scope):
        return RedirectResponse(f"{SIGN_IN}?to={quote(scope['path'])}", 303)
    headers = {"retry-after": str(refusal.wait)} if refusal.wait else None
    return PlainTextResponse(refusal.sentence, refusal.status, headers)


DOOR = AccessPolicy(
    _refuse,
    _free,
    uncounted=lambda path: path.startswith("/static/"),
    endless=lambda path: path.startswith("/_stcore/upload_file"),
)


async def _sign_in(request: Request) -> Response:
    to = _within(request.query_params.get("to", "/"))
    if request.method == "GET":
        return RedirectResponse(to, 303) if doorman().open else form(to)
    if is_cross_site(request.scope):
        return form(to, "That came from the page of another site: sign in here.", status=403)
    try:
        typed = await _typed(request)
    except ValueError as error:
        return form(to, str(error), status=413)
    name = printable(typed.get("name", "")).strip()[:NAME_LIMIT]
    if not name:
        return form(to, "Your name stands beside what you decide: type it.", status=422)
    who = client_address(request.scope, settings().proxies)
    try:
        secret = await to_thread.run_sync(doorman().sign_in, name, typed.get("password", ""), who)
    except WrongPassword as error:
        return form(to, str(error), name, 401)
    except RateLimitExceeded as error:
        return too_often(to, error, name)
    except StoreUnavailable as error:
        return form(to, f"{error} Try again in a moment.", name, 503)
    return _let_in(request, secret, to)


async def _away(request: Request) -> Response:
    """To the provider of single sign-on."""
    to = _within(request.query_params.get("to", "/"))
    try:
        ARRIVALS.count(client_address(request.scope, settings().proxies))
        return await oidc.away(request, to)
    except RateLimitExceeded as error:
        return too_often(to, error)
    except oidc.NotVouched as error:
        return form(to, str(error), status=error.status)


async def _back(request: Request) -> Response:
    """From the provider: to be let in, or after having been signed out there."""
    if not {"code", "error"} & request.query_params.keys():
        return RedirectResponse(SIGN_IN, 303)
    try:
        arrival = await oidc.back(request)
        name, role = arrival.address.lower()[:NAME_LIMIT], doorman().role_of(arrival.address)
        if role is None:
            raise oidc.NotVouched(f"{arrival.address} is on none of the lists of who may come in here. {ASK}", 403)
        secret = await to_thread.run_sync(doorman().open_session, name, role)
    except oidc.NotVouched as error:
        return form("/", str(error), status=error.status, known_there=error.status == 403)
    except StoreUnavailable as error:
        return form("/", f"{error} Try again in a moment.", status=503)
    return _let_in(request, secret, arrival.to)


def _let_in(request: Request, secret: str, to: str) -> Response:
    response = RedirectResponse(to, 303)
    response.set_cookie(COOKIE, secret, int(settings().session_hours * 3600), **_kept(request))
    return response


async def _sign_out(request: Request) -> Response:
    if secret := session_secret(request.scope):
        await to_thread.run_sync(doorman().sign_out, secret)
    response = await _out(request)
    response.delete_cookie(COOKIE, **_kept(request))
    return response


async def _out(request: Request) -> Response:
    """To the provider to be signed out there, or else to the page to sign in on."""
    return await oidc.out(request) or RedirectResponse(SIGN_IN, 303)


async def _typed(request: Request) -> dict[str, str]:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > FORM_LIMIT:
            raise ValueError("That is too long for a name and a password.")
    return {key: values[0] for key, values in parse_qs(body.decode("utf-8", "replace")).items()}


def _within(to: str) -> str:
    """That path, if it is one of ours."""
    parts = urlsplit(to)
    ours = to.startswith("/") and not to.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return to if ours and not to.startswith((SIGN_IN, SIGN_OUT, *oidc.PATHS)) else "/"


def _kept(request: Request) -> dict[str, Any]:
    secure = "https" in (request.url.scheme, request.headers.get("x-forwarded-proto", ""))
    return {"path": "/", "httponly": True, "samesite": "lax", "secure": secure}
