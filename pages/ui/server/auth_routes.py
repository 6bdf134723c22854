"""The routes by which people sign in and out: by name and password, and by single sign-on."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from data.schema import NAME_LIMIT, StoreUnavailable
from data.text_input import printable
from model.access.authenticator import WrongPassword
from model.access.middleware import SESSION_COOKIE, client_address, is_cross_site, session_secret
from model.access.rate_limit import RateLimit, RateLimiter, RateLimitExceeded
from pages.ui.resources import authenticator, settings
from pages.ui.server import oidc
from pages.ui.server.sign_in import SIGN_IN_PATH, SIGN_OUT_PATH, rate_limited_page, sign_in_page

MAX_FORM_BYTES = 4096
NOT_LISTED = "is on none of the lists of who may come in here. Ask whoever runs this Mailroom to put you on one."
SSO_STARTS = RateLimiter(RateLimit(120, 60))
"""How often an IP address may begin a single sign-on."""


def routes() -> list[Route]:
    """The routes, to be served beside the pages."""
    return [
        Route(SIGN_IN_PATH, password_sign_in, methods=["GET", "POST"]),
        Route(SIGN_OUT_PATH, sign_out),
        Route(oidc.START_PATH, start_sso),
        Route(oidc.CALLBACK_PATH, finish_sso),
        Route(oidc.PROVIDER_SIGN_OUT_PATH, sign_out_of_sso),
    ]


async def password_sign_in(request: Request) -> Response:
    """Show the form, or check the name and password that were sent with it."""
    to = _own_path(request.query_params.get("to", "/"))
    if request.method == "GET":
        return RedirectResponse(to, 303) if authenticator().is_open else sign_in_page(to)
    if is_cross_site(request.scope):
        return sign_in_page(to, "That came from the page of another site: sign in here.", status=403)
    try:
        fields = await _read_form(request)
    except ValueError as error:
        return sign_in_page(to, str(error), status=413)
    name = printable(fields.get("name", "")).strip()[:NAME_LIMIT]
    if not name:
        return sign_in_page(to, "Your name stands beside what you decide: type it.", status=422)
    return await _check_password(request, name, fields.get("password", ""), to)


async def sign_out(request: Request) -> Response:
    """End the session here and, where the provider can, there."""
    if secret := session_secret(request.scope):
        await to_thread.run_sync(authenticator().sign_out, secret)
    response = await sign_out_of_sso(request)
    response.delete_cookie(SESSION_COOKIE, **_cookie_attributes(request))
    return response


async def start_sso(request: Request) -> Response:
    """Redirect to the provider of single sign-on."""
    to = _own_path(request.query_params.get("to", "/"))
    try:
        SSO_STARTS.hit(client_address(request.scope, settings().proxies))
        return await oidc.redirect_to_provider(request, to)
    except RateLimitExceeded as error:
        return rate_limited_page(to, error)
    except oidc.SingleSignOnRefused as error:
        return sign_in_page(to, str(error), status=error.status)


async def finish_sso(request: Request) -> Response:
    """Open a session for somebody whom the provider sends back; also where people land after a sign-out there."""
    if not {"code", "error"} & request.query_params.keys():
        return RedirectResponse(SIGN_IN_PATH, 303)
    try:
        identity = await oidc.complete_sign_in(request)
        name, role = identity.address.lower()[:NAME_LIMIT], authenticator().role_of(identity.address)
        if role is None:
            raise oidc.SingleSignOnRefused(f"{identity.address} {NOT_LISTED}", 403)
        secret = await to_thread.run_sync(authenticator().open_session, name, role)
    except oidc.SingleSignOnRefused as error:
        return sign_in_page("/", str(error), status=error.status, signed_in_at_provider=error.status == 403)
    except StoreUnavailable as error:
        return sign_in_page("/", f"{error} Try again in a moment.", status=503)
    return _redirect_with_session(request, secret, identity.to)


async def sign_out_of_sso(request: Request) -> Response:
    """Redirect to the provider to sign out there, or where that cannot be to the sign-in page."""
    return await oidc.redirect_to_sign_out(request) or RedirectResponse(SIGN_IN_PATH, 303)


async def _check_password(request: Request, name: str, password: str, to: str) -> Response:
    address = client_address(request.scope, settings().proxies)
    try:
        secret = await to_thread.run_sync(authenticator().sign_in, name, password, address)
    except WrongPassword as error:
        return sign_in_page(to, str(error), name, 401)
    except RateLimitExceeded as error:
        return rate_limited_page(to, error, name)
    except StoreUnavailable as error:
        return sign_in_page(to, f"{error} Try again in a moment.", name, 503)
    return _redirect_with_session(request, secret, to)


def _redirect_with_session(request: Request, secret: str, to: str) -> Response:
    response = RedirectResponse(to, 303)
    max_age = int(settings().session_hours * 3600)
    response.set_cookie(SESSION_COOKIE, secret, max_age, **_cookie_attributes(request))
    return response


async def _read_form(request: Request) -> dict[str, str]:
    """The fields of a form. Raises ValueError where it is too long."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            raise ValueError("That is too long for a name and a password.")
    return {key: values[0] for key, values in parse_qs(body.decode("utf-8", "replace")).items()}


def _own_path(to: str) -> str:
    """That path if it is one of the app's, else "/": no open redirect, and no loop to the sign-in."""
    parts = urlsplit(to)
    is_own = to.startswith("/") and not to.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return to if is_own and not to.startswith((SIGN_IN_PATH, SIGN_OUT_PATH, *oidc.PATHS)) else "/"


def _cookie_attributes(request: Request) -> dict[str, Any]:
    secure = "https" in (request.url.scheme, request.headers.get("x-forwarded-proto", ""))
    return {"path": "/", "httponly": True, "samesite": "lax", "secure": secure}
