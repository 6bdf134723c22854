"""The principal whose session draws the page: who they are, what they may do, and a sentence where they may not."""

import streamlit as st

from data.access import LEAD, VISITOR, Principal
from data.schema import NAME_LIMIT, Received
from data.text_input import printable
from model.access.middleware import SESSION_COOKIE
from pages.ui.resources import authenticator, settings

OPEN_DEMO = (
    "This is an open demo, so whatever changes what others see is off. Where MAILROOM_PASSWORD is set, a lead can"
)


def current_principal() -> Principal | None:
    """The principal of the session cookie; None where sign-in is required and missing. Raises StoreUnavailable."""
    return authenticator().authenticate_session(st.context.cookies.get(SESSION_COOKIE))


def sign_in_required() -> bool:
    """Whether only people who signed in see anything."""
    return not authenticator().is_open


def may_see(received: Received | None) -> bool:
    """Whether the email exists and may be shown: an open demo shows no mail from a mailbox."""
    return received is not None and received.source not in settings().private_sources


def may(scope: str) -> bool:
    """Whether the current principal has that scope."""
    principal = current_principal()
    return principal is not None and principal.may(scope)


def may_or_explain(scope: str, action: str) -> bool:
    """Whether the current principal has that scope; where not, a sentence says who has.

    :param action: stands after "a lead can": "promote a model".
    """
    if may(scope):
        return True
    principal = current_principal()
    if principal and principal.role == VISITOR:
        st.caption(f":material/lock: {OPEN_DEMO} {action}.")
    else:
        needed = "A lead" if scope == LEAD else "A labeller or a lead"
        role = principal.role if principal else "stranger"
        st.caption(f":material/lock: {needed} can {action}; you are signed in as a {role}.")
    return False


def name_or_visitor() -> str:
    """The name of whoever signed in, else that of the page's address (`?by=`), else "visitor"."""
    return current_principal().name or printable(st.query_params.get("by", "")).strip()[:NAME_LIMIT] or "visitor"


def name_or_ask(key: str) -> str:
    """The name of whoever signed in, else what is typed into a field that is drawn here; may be "".

    :param key: of the field.
    """
    if name := current_principal().name:
        return name
    st.session_state.setdefault(key, st.query_params.get("by", ""))
    return printable(st.text_input("Your name, for the log", key=key, max_chars=NAME_LIMIT, width=240)).strip()
