"""The frame of every screen: its settings, its look, its heading."""

from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from data.access import LEAD, Principal
from data.schema import StoreUnavailable
from pages.ui import sentences
from pages.ui.current_user import current_principal, may
from pages.ui.resources import classifier, first_page_opened, model_manifest, settings

PAGES = Path(__file__).parents[1]
HOME = {"page": PAGES / "triage.py", "title": "Triage", "icon": ":material/alt_route:"}
ACCESS = {"page": PAGES / "access.py", "title": "Access", "icon": ":material/key:"}
MENU_ENTRIES = [
    {**HOME, "default": True, "url_path": "home"},
    {"page": PAGES / "inbox.py", "title": "Inbox", "icon": ":material/inbox:"},
    {"page": PAGES / "label.py", "title": "Label", "icon": ":material/label:"},
    {"page": PAGES / "agree.py", "title": "Agree", "icon": ":material/handshake:"},
    {"page": PAGES / "learn.py", "title": "Learn", "icon": ":material/school:"},
    {"page": PAGES / "quality.py", "title": "Quality", "icon": ":material/speed:"},
    {"page": PAGES / "guide.py", "title": "What it knows", "icon": ":material/menu_book:"},
    ACCESS,
    {**HOME, "visibility": "hidden", "url_path": "triage"},  # home by the name of its file, for links that are typed
]

NO_MODEL = "The model is trained at the first start, which takes about a minute."
STYLE = Path(__file__).with_name("style.css")
FAVICON = Path(__file__).with_name("favicon.svg")


def chosen_page() -> Any:
    """The page that the visitor chose from the menu."""
    _configure("Mailroom")  # before the menu, whose icons would else be fetched from elsewhere for the browser's tab
    return st.navigation([st.Page(**entry, **_shown(entry)) for entry in MENU_ENTRIES], position="top")


def _shown(entry: dict[str, Any]) -> dict[str, str]:
    """What only leads can use stands in nobody else's menu."""
    with suppress(StoreUnavailable, ValueError):  # said on the page
        if entry is not ACCESS or may(LEAD):
            return {}
    return {"visibility": "hidden"}


def set_up_page(title: str, promise: str, *, alone: bool) -> None:
    """Settings, look and heading: the first line of every screen.

    :param alone: whether the page runs by itself (`__name__ == "__main__"`), as it does where a deep link to it is the
        first request that a server gets. It then brings the menu with it.
    """
    if alone:
        chosen_page()
    _configure(f"{title} · Mailroom")
    st.html(STYLE)
    try:
        settings()
    except ValueError as error:
        st.error(f"Mailroom cannot start as it is set up. {error}", icon=":material/settings:")
        st.stop()
    guest = _let_in()
    st.html(f'<header class="mr-head"><span class="mr-brand">Mailroom</span>{model_line()}{_signed_in(guest)}</header>')
    st.title(promise, anchor=False)
    first_page_opened.set()


def _let_in() -> Principal:
    """Whoever looks, where they may; the gate before the pages says the same, and lets nobody else come this far."""
    try:
        guest = current_principal()
    except StoreUnavailable as error:
        st.error(f"{error} So it cannot be told who you are: load the page again in a moment.")
        st.stop()
    if guest is None:
        st.error("Sign in first: load the page again.", icon=":material/lock:")
        st.stop()
    return guest


def _signed_in(guest: Principal) -> str:
    if not guest.name:
        return ""
    out = '<a href="/sign-out" target="_self">Sign out</a>'
    return f'<span class="mr-note">{escape(guest.name)}, {guest.role} · {out}</span>'


def model_line() -> str:
    """Which model answers and how good it is, from its manifest alone. HTML."""
    if known := model_manifest():
        line = sentences.model_line(known)
    else:
        line = f"Keyword rules answer. {classifier().why}" if classifier().settled else NO_MODEL
    return f'<span class="mr-note">{escape(line)}</span>'


def _configure(title: str) -> None:
    st.set_page_config(page_title=title, page_icon=str(FAVICON), layout="wide")
