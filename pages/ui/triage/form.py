"""The form for an email, and the example emails that fill it."""

from collections.abc import Sequence
from typing import Any

import streamlit as st
from pydantic import ValidationError

from data.schema import Email
from data.text_input import parse_whole_number
from data.validation_errors import FieldError, field_errors
from pages.ui import html

FORM_FIELDS = ("subject", "body", "sender", "customers_affected")


def draw_examples(examples: Sequence[dict[str, Any]]) -> bool:
    """A row of buttons, each of which fills the form. Returns whether one was clicked just now."""
    st.caption("Try one of these, or paste an email of your own.")
    with st.container(horizontal=True, gap="small", key="examples"):
        clicks = [
            st.button(example["name"], key=f"example_{i}", on_click=fill_form, args=(example,))
            for i, example in enumerate(examples)
        ]
    return any(clicks)


def draw_form(was_filled: bool) -> Email | None:
    """The form. Returns its email if it was sent or filled just now and is valid; else the errors are shown."""
    with st.form("email"):
        error_places = {}
        st.text_input("Subject", key="subject", placeholder="May be empty")
        error_places["subject"] = st.empty()
        st.text_area("Email", key="body", height=230, placeholder="Paste or write the email here")
        error_places["body"] = st.empty()
        left, right = st.columns([3, 2])
        with left:
            st.text_input("From", key="sender", placeholder="ana@example.com (optional)")
            error_places["sender"] = st.empty()
        with right:
            st.text_input("Customers affected", key="customers_affected", placeholder="A number (optional)")
            error_places["customers_affected"] = st.empty()
        was_sent = st.form_submit_button("Sort it", type="primary")
    return _read_form(error_places) if was_sent or was_filled else None


def fill_form(example: dict[str, Any]) -> None:
    """Puts an example into the form."""
    st.session_state.subject = example["subject"]
    st.session_state.body = example["body"]
    st.session_state.sender = example["sender"]
    st.session_state.customers_affected = str(example.get("customers", ""))


def _read_form(error_places: dict[str, Any]) -> Email | None:
    """The email in the form, or None with a sentence under each field that is wrong."""
    typed = {name: st.session_state[name] for name in FORM_FIELDS}
    errors: list[FieldError] = []
    try:
        typed["customers_affected"] = parse_whole_number(typed["customers_affected"])
    except ValueError as error:
        errors.append(FieldError("customers_affected", typed["customers_affected"], str(error)))
        typed["customers_affected"] = None
    try:
        email = Email.model_validate({**typed, "sender": typed["sender"].strip() or None})
    except ValidationError as error:
        errors += field_errors(error.errors())
    for error in errors:
        error_places[error.field].html(html.field_error(error.message))
    return None if errors else email
