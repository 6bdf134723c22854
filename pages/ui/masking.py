"""Whether addresses and numbers of people are hidden in the mail that a visitor reads or takes out."""

import streamlit as st

from data import masking
from data.schema import Email
from pages.ui.resources import settings

LABEL = "Hide addresses and numbers"


def masking_toggle() -> bool:
    """The visitor's choice, which holds on every page from then on."""
    st.session_state.setdefault("hide", masking_is_on())
    st.session_state.hides = st.toggle(LABEL, key="hide", help="Marks such as [e-mail] and [phone] stand for them.")
    return st.session_state.hides


def masked_if_on(email: Email) -> Email:
    """An email as this visitor wants to see it."""
    return masking.mask_email(email) if masking_is_on() else email


def masking_is_on() -> bool:
    """The same, where the toggle is not drawn."""
    return st.session_state.get("hides", settings().mask)
