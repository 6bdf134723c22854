"""Whether addresses and numbers of people are hidden in the mail that a visitor reads or takes out."""

import streamlit as st

from data import masking
from data.schema import Email
from pages.ui.resources import settings

LABEL = "Hide addresses and numbers"


def toggle() -> bool:
    """The visitor's choice, which holds on every page from then on."""
    st.session_state.setdefault("hide", hides())
    st.session_state.hides = st.toggle(LABEL, key="hide", help="Marks such as [e-mail] and [phone] stand for them.")
    return st.session_state.hides


def shown(email: Email) -> Email:
    """An email as this visitor wants to see it."""
    return masking.email(email) if hides() else email


def hides() -> bool:
    """The same, where the toggle is not drawn."""
    return st.session_state.get("hides", settings().mask)
