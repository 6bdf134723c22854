"""The toggle that hides addresses and numbers in the mail that a visitor reads or downloads."""

import streamlit as st

from data import masking
from data.schema import Email
from pages.ui.resources import settings

TOGGLE_LABEL = "Hide addresses and numbers"


def draw_masking_toggle() -> bool:
    """The toggle. Its state, which is returned, holds on every page of the session."""
    st.session_state.setdefault("hide", masking_is_on())
    st.session_state.hides = st.toggle(
        TOGGLE_LABEL, key="hide", help="Marks such as [e-mail] and [phone] stand for them."
    )
    return st.session_state.hides


def masked_if_on(email: Email) -> Email:
    """The email, masked where the toggle is on."""
    return masking.mask_email(email) if masking_is_on() else email


def masking_is_on() -> bool:
    """The state of the toggle; that of the settings before it was first drawn."""
    return st.session_state.get("hides", settings().mask)
