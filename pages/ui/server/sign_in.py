"""The sign-in page: a form for name and password, and a link to single sign-on where there is any."""

from html import escape
from pathlib import Path
from string import Template
from urllib.parse import quote

from starlette.responses import HTMLResponse

from model.access.rate_limit import RateLimitExceeded
from pages.ui.server import oidc

SIGN_IN_PATH, SIGN_OUT_PATH = "/sign-in", "/sign-out"
SERVER_FOLDER = Path(__file__).parent
PAGE = Template((SERVER_FOLDER / "sign_in.html").read_text("utf-8"))
ICON = quote((SERVER_FOLDER.parent / "favicon.svg").read_text("utf-8"))
SSO_BEFORE_FORM = (
    '<a class="button" href="{start}">Sign in with your organisation</a>'
    "<details{open}><summary>Sign in with a password</summary>"
)
SSO_AFTER_FORM = "</details>"
SSO_SIGN_OUT_LINK = f' <a href="{oidc.PROVIDER_SIGN_OUT_PATH}">Sign out there</a> to come back as somebody else.'


def sign_in_page(
    to: str, error: str = "", name: str = "", status: int = 200, signed_in_at_provider: bool = False
) -> HTMLResponse:
    """The sign-in page, which leads on to the path `to`.

    :param signed_in_at_provider: whether to offer a sign-out there, to whoever is not let in here.
    """
    link = SSO_SIGN_OUT_LINK if signed_in_at_provider else ""
    is_open = " open" if error and not signed_in_at_provider else ""
    before = SSO_BEFORE_FORM.format(start=_href(oidc.START_PATH, to), open=is_open)
    html = PAGE.substitute(
        error=f'<p class="error" role="alert">{escape(error)}{link}</p>' if error else "",
        before=before if oidc.is_enabled() else "",
        action=_href(SIGN_IN_PATH, to),
        name=escape(name),
        after=SSO_AFTER_FORM if oidc.is_enabled() else "",
        icon=ICON,
    )
    return HTMLResponse(html, status, {"cache-control": "no-store"})


def rate_limited_page(to: str, error: RateLimitExceeded, name: str = "") -> HTMLResponse:
    """The sign-in page for somebody who has to wait, with Retry-After."""
    response = sign_in_page(to, str(error), name, 429)
    response.headers["retry-after"] = str(error.seconds)
    return response


def _href(path: str, to: str) -> str:
    return escape(f"{path}?to={quote(to)}")
