"""The frame of every page: menu, configuration, style sheet, sign-in check and heading."""

from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from data.access import LEAD, Principal
from data.schema import StoreUnavailable
from model.serving.manifest import CORPUS_SOURCE, Manifest
from pages.ui.current_user import current_principal, may
from pages.ui.resources import classifier, first_page_opened, model_manifest, settings

PAGES_FOLDER = Path(__file__).parents[1]
HOME = {"page": PAGES_FOLDER / "triage.py", "title": "Triage", "icon": ":material/alt_route:"}
ACCESS = {"page": PAGES_FOLDER / "access.py", "title": "Access", "icon": ":material/key:"}
MENU_ENTRIES = [
    {**HOME, "default": True, "url_path": "home"},
    {"page": PAGES_FOLDER / "inbox.py", "title": "Inbox", "icon": ":material/inbox:"},
    {"page": PAGES_FOLDER / "label.py", "title": "Label", "icon": ":material/label:"},
    {"page": PAGES_FOLDER / "agree.py", "title": "Agree", "icon": ":material/handshake:"},
    {"page": PAGES_FOLDER / "learn.py", "title": "Learn", "icon": ":material/school:"},
    {"page": PAGES_FOLDER / "quality.py", "title": "Quality", "icon": ":material/speed:"},
    {"page": PAGES_FOLDER / "guide.py", "title": "What it knows", "icon": ":material/menu_book:"},
    ACCESS,
    {**HOME, "visibility": "hidden", "url_path": "triage"},  # the home page under its file's name, for typed links
]

NO_MODEL = "The model is trained at the first start, which takes about a minute."
STYLE_SHEET = Path(__file__).with_name("style.css")
FAVICON = Path(__file__).with_name("favicon.svg")


def chosen_page() -> Any:
    """Draws the menu; returns the `st.Page` that the visitor chose."""
    _configure("Mailroom")  # before the menu: else the browser tab's icon is fetched from another server
    return st.navigation([st.Page(**entry, **_visibility(entry)) for entry in MENU_ENTRIES], position="top")


def _visibility(entry: dict[str, Any]) -> dict[str, str]:
    """Hides the Access page from whoever is no lead."""
    with suppress(StoreUnavailable, ValueError):  # the page itself shows the error
        if entry is not ACCESS or may(LEAD):
            return {}
    return {"visibility": "hidden"}


def set_up_page(title: str, promise: str, *, alone: bool) -> None:
    """The first line of every page: configures it, checks settings and sign-in, draws the heading.

    Stops the run where the settings are wrong or nobody is signed in.

    :param promise: the heading: what the page answers.
    :param alone: whether the page is run as the main script (`__name__ == "__main__"`), as Streamlit does where a link
        to it is the first request to a server. The menu is drawn here then.
    """
    if alone:
        chosen_page()
    _configure(f"{title} · Mailroom")
    st.html(STYLE_SHEET)
    try:
        settings()
    except ValueError as error:
        st.error(f"Mailroom cannot start as it is set up. {error}", icon=":material/settings:")
        st.stop()
    principal = _principal_or_stop()
    sign_out = _sign_out_link(principal)
    st.html(f'<header class="mr-head"><span class="mr-brand">Mailroom</span>{_model_line()}{sign_out}</header>')
    st.title(promise, anchor=False)
    first_page_opened.set()


def _principal_or_stop() -> Principal:
    """Whoever is signed in. The middleware in front of the pages checks this too; this is the second lock."""
    try:
        principal = current_principal()
    except StoreUnavailable as error:
        st.error(f"{error} So it cannot be told who you are: load the page again in a moment.")
        st.stop()
    if principal is None:
        st.error("Sign in first: load the page again.", icon=":material/lock:")
        st.stop()
    return principal


def _sign_out_link(principal: Principal) -> str:
    if not principal.name:
        return ""
    link = '<a href="/sign-out" target="_self">Sign out</a>'
    return f'<span class="mr-note">{escape(principal.name)}, {principal.role} · {link}</span>'


def _model_line() -> str:
    """HTML: which model answers and how good it is, read from its manifest without loading it."""
    if manifest := model_manifest():
        line = _model_sentence(manifest)
    else:
        line = f"Keyword rules answer. {classifier().why}" if classifier().ready else NO_MODEL
    return f'<span class="mr-note">{escape(line)}</span>'


def _model_sentence(manifest: Manifest) -> str:
    accuracy = manifest.report.away.accuracy
    interval = f"{accuracy.low:.0%} to {accuracy.high:.0%}"
    source = "our own mail" if manifest.source == CORPUS_SOURCE else manifest.source
    right = f"right on {accuracy.value:.0%} of {source} from industries it had not seen ({interval})"
    return f"Model of {manifest.trained_at:%-d %b %Y} · learned from {manifest.examples:,} emails · {right}"


def _configure(title: str) -> None:
    st.set_page_config(page_title=title, page_icon=str(FAVICON), layout="wide")
