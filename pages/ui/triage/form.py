"""The form that takes an email, and the examples that fill it."""

from collections.abc import Sequence
from typing import Any

import streamlit as st
from pydantic import ValidationError

from data.schema import Email
from data.text_input import parse_whole_number
from data.validation_errors import FieldError, field_errors
from pages.ui import html

FIELDS = ("subject", "body", "sender", "customers_affected")


def pick_example(examples: Sequence[dict[str, Any]]) -> bool:
    """The row of examples; a click fills the form with one. Returns whether one was picked just now."""
    st.caption("Try one of these, or paste an email of your own.")
    with st.container(horizontal=True, gap="small", key="examples"):
        picked = [
            st.button(example["name"], key=f"example_{i}", on_click=fill, args=(example,))
            for i, example in enumerate(examples)
        ]
    return any(picked)


def email_form(chosen: bool) -> Email | None:
    """The form. Returns its email when it was just sent, or `chosen`; None where a field is wrong, which it says."""
    with st.form("email"):
        slots = {}
        st.text_input("Subject", key="subject", placeholder="May be empty")
        slots["subject"] = st.empty()
        st.text_area("Email", key="body", height=230, placeholder="Paste or write the email here")
        slots["body"] = st.empty()
        left, right = st.columns([3, 2])
        with left:
            st.text_input("From", key="sender", placeholder="ana@example.com (optional)")
            slots["sender"] = st.empty()
        with right:
            st.text_input("Customers affected", key="customers_affected", placeholder="A number (optional)")
            slots["customers_affected"] = st.empty()
        sent = st.form_submit_button("Sort it", type="primary")
    return _read_form(slots) if sent or chosen else None


def fill(example: dict[str, Any]) -> None:
    """Put an example into the form."""
    for name in FIELDS:
        st.session_state[name] = ""
    st.session_state.subject = example["subject"]
    st.session_state.body = example["body"]
    st.session_state.sender = example["sender"]
    st.session_state.customers_affected = str(example.get("customers", ""))


def _read_form(slots: dict[str, Any]) -> Email | None:
    """The email in the form's fields, or None with a sentence under each field that is wrong."""
    typed = {name: st.session_state[name] for name in FIELDS}
    wrong: list[FieldError] = []
    try:
        typed["customers_affected"] = parse_whole_number(typed["customers_affected"])
    except ValueError as error:
        wrong.append(FieldError("customers_affected", typed["customers_affected"], str(error)))
        typed["customers_affected"] = None
    try:
        email = Email.model_validate({**typed, "sender": typed["sender"].strip() or None})
    except ValidationError as error:
        wrong += field_errors(error.errors())
    for mistake in wrong:
        slots[mistake.field].html(html.field_error(mistake.message))
    return None if wrong else email
