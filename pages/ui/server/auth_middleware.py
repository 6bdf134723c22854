"""Access control in front of the pages, and the cookie that tells a first visit from a later one."""

from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any
from urllib.parse import quote

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse

from model.access.middleware import AccessMiddleware, AccessPolicy, Refusal
from pages.ui.resources import authenticator, settings
from pages.ui.server import oidc
from pages.ui.server.sign_in import SIGN_IN_PATH
from pages.ui.triage.tour import FIRST_VISIT, LATER_VISIT, VISITS_COOKIE

PUBLIC_PAGE_PATHS = (SIGN_IN_PATH, "/_stcore/health")
YEAR_SECONDS = 365 * 24 * 3600


def is_public_page_path(path: str) -> bool:
    """Whether a path needs no session: the sign-in, by single sign-on where there is any, and the health check."""
    return path in PUBLIC_PAGE_PATHS or (path in oidc.PATHS and oidc.is_enabled())


def refuse_page_request(scope: dict[str, Any], refusal: Refusal) -> Callable[..., Awaitable[None]]:
    """The response to a refused request: the sign-in page for whoever opens a page, else a sentence."""
    if refusal.status == 401 and scope["method"] == "GET" and _opens_page(scope):
        return RedirectResponse(f"{SIGN_IN_PATH}?to={quote(scope['path'])}", 303)
    headers = {"retry-after": str(refusal.retry_after)} if refusal.retry_after else None
    return PlainTextResponse(refusal.sentence, refusal.status, headers)


PAGES_POLICY = AccessPolicy(
    refuse_page_request,
    is_public_page_path,
    is_unlimited=lambda path: path.startswith("/static/"),
    is_untimed=lambda path: path.startswith("/_stcore/upload_file"),
)


class AuthMiddleware:
    """ASGI middleware in front of the pages; the API, which is mounted before it, has its own."""

    def __init__(self, app: Any) -> None:
        self._guarded_app = cache(lambda: AccessMiddleware(app, authenticator, settings(), PAGES_POLICY))

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        try:
            app = self._guarded_app()
        except ValueError as error:
            sentence = f"Mailroom cannot start as it is set up. {error}"
            return await PlainTextResponse(sentence, 503)(scope, receive, send) if scope["type"] == "http" else None
        return await app(scope, receive, _send_with_visit_cookie(scope, send))


def _send_with_visit_cookie(scope: dict[str, Any], send: Any) -> Any:
    """`send`, which with the first two pages sets the cookie by which the tour knows a first visit."""
    visits = HTTPConnection(scope).cookies.get(VISITS_COOKIE) if _opens_page(scope) else LATER_VISIT
    if visits == LATER_VISIT:
        return send
    value = LATER_VISIT if visits else FIRST_VISIT
    cookie = f"{VISITS_COOKIE}={value}; Path=/; Max-Age={YEAR_SECONDS}; SameSite=Lax; HttpOnly".encode()

    async def send_with_cookie(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start" and message["status"] in (200, 304):
            message = {**message, "headers": [*message["headers"], (b"set-cookie", cookie)]}
        await send(message)

    return send_with_cookie


def _opens_page(scope: dict[str, Any]) -> bool:
    """Whether a browser opens one of Streamlit's pages; the sign-in page is none."""
    if scope["type"] != "http" or scope["path"].startswith((SIGN_IN_PATH, *oidc.PATHS)):
        return False
    return "text/html" in HTTPConnection(scope).headers.get("accept", "")
