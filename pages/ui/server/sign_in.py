"""The page on which people sign in: with a password, or by single sign-on where there is any."""

from html import escape
from pathlib import Path
from string import Template
from urllib.parse import quote

from starlette.responses import HTMLResponse

from model.access.rate_limit import RateLimitExceeded
from pages.ui.server import oidc

SIGN_IN, SIGN_OUT = "/sign-in", "/sign-out"
HERE = Path(__file__).parent
PAGE = Template((HERE / "sign_in.html").read_text("utf-8"))
ICON = quote((HERE.parent / "favicon.svg").read_text("utf-8"))
BEFORE = (
    '<a class="button" href="{away}">Sign in with your organisation</a>'
    "<details{open}><summary>Sign in with a password</summary>"
)
AFTER = "</details>"
"""What stands around the form where there is single sign-on."""

ELSEWHERE = f' <a href="{oidc.OUT}">Sign out there</a> to come back as somebody else.'


def form(to: str, error: str = "", name: str = "", status: int = 200, known_there: bool = False) -> HTMLResponse:
    """That page, which leads on to a path; `known_there` says that the organisation knows who is not let in here."""
    out = ELSEWHERE if known_there else ""
    before = BEFORE.format(away=_to(oidc.AWAY, to), open=" open" if error and not known_there else "")
    filled = PAGE.substitute(
        error=f'<p class="error" role="alert">{escape(error)}{out}</p>' if error else "",
        before=before if oidc.on() else "",
        action=_to(SIGN_IN, to),
        name=escape(name),
        after=AFTER if oidc.on() else "",
        icon=ICON,
    )
    return HTMLResponse(filled, status, {"cache-control": "no-store"})


def too_often(to: str, error: RateLimitExceeded, name: str = "") -> HTMLResponse:
    """The same, for somebody who has to wait."""
    response = form(to, str(error), name, 429)
    response.headers["retry-after"] = str(error.seconds)
    return response


def _to(path: str, to: str) -> str:
    return escape(f"{path}?to={quote(to)}")
