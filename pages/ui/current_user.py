"""Who looks at a page, what they may do there, and the sentence where they may not."""

import streamlit as st

from data.access import LEAD, VISITOR, Principal
from data.schema import NAME_LIMIT, Received
from data.text_input import printable
from model.access.middleware import COOKIE
from pages.ui.resources import doorman, settings

OPEN_DEMO = (
    "This is an open demo, so whatever changes what others see is off. Where MAILROOM_PASSWORD is set, a lead can"
)


def current_principal() -> Principal | None:
    """Whoever's session it is that runs this page. Raises StoreUnavailable."""
    return doorman().by_session(st.context.cookies.get(COOKIE))


def sign_in_required() -> bool:
    """Whether only people who signed in see anything."""
    return not doorman().open


def may_see(received: Received | None) -> bool:
    """Whether that email is there, and for the eyes of whoever looks."""
    return received is not None and received.source not in settings().private


def may(scope: str) -> bool:
    """Whether whoever looks may do that."""
    guest = current_principal()
    return guest is not None and guest.may(scope)


def may_or_explain(scope: str, deed: str) -> bool:
    """The same, with a sentence where not. The deed stands after "a lead can": "promote a model"."""
    if may(scope):
        return True
    guest = current_principal()
    if guest and guest.role == VISITOR:
        st.caption(f":material/lock: {OPEN_DEMO} {deed}.")
    else:
        needed = "A lead" if scope == LEAD else "A labeller or a lead"
        st.caption(
            f":material/lock: {needed} can {deed}; you are signed in as a {guest.role if guest else 'stranger'}."
        )
    return False


def name_or_visitor(fallback: str = "visitor") -> str:
    """Who is known to be here, by having signed in or by the address of the page."""
    return current_principal().name or printable(st.query_params.get("by", "")).strip()[:NAME_LIMIT] or fallback


def name_or_ask(key: str) -> str:
    """Who decides here, for the log: whoever signed in, else the name that the visitor types."""
    if known := current_principal().name:
        return known
    st.session_state.setdefault(key, st.query_params.get("by", ""))
    return printable(st.text_input("Your name, for the log", key=key, max_chars=NAME_LIMIT, width=240)).strip()
