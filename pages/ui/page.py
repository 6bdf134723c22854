"""The frame of every screen: its settings, its look, its heading."""

from pathlib import Path
from typing import Any

import streamlit as st

from pages.ui import words
from pages.ui.resources import opened, settings

MENU = [
    {"page": "pages/triage.py", "title": "Triage", "icon": ":material/alt_route:", "default": True},
    {"page": "pages/guide.py", "title": "What it knows", "icon": ":material/menu_book:"},
]

STYLE = Path(__file__).with_name("style.css")
FAVICON = Path(__file__).with_name("favicon.svg")


def menu() -> Any:
    """The page that the visitor chose from the menu."""
    _configure("Mailroom")  # before the menu, whose icons would else be fetched from elsewhere for the browser's tab
    return st.navigation([st.Page(**entry) for entry in MENU], position="top")


def open_page(title: str, promise: str) -> None:
    """Settings, look and heading: the first line of every screen, which may be the first to run on a server."""
    _configure(f"{title} · Mailroom")
    st.html(STYLE)
    st.html(f'<header class="mr-head"><span class="mr-brand">Mailroom</span>{model_line()}</header>')
    st.title(promise, anchor=False)
    opened.set()


def model_line() -> str:
    """Which model answers and how good it is, from its manifest alone."""
    from model.artifact import ModelUnfit, read_manifest

    try:
        return words.model_line(read_manifest(settings().model_dir))
    except ModelUnfit:
        return '<span class="mr-note">The model is trained at the first start, which takes some seconds.</span>'


def _configure(title: str) -> None:
    st.set_page_config(page_title=title, page_icon=str(FAVICON), layout="wide")
