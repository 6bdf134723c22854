"""The form with which a lead erases all mail of one person."""

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from pages.ui import html
from pages.ui.formatting import escape_markdown
from pages.ui.inbox.snapshot import queue_items

if TYPE_CHECKING:
    from data.store import Store

log = logging.getLogger(__name__)

NAME_NEEDED = "The log needs a name: type yours above."


def draw_erase_form(store: "Store", by: str) -> None:
    """A field for the sender's address, how much mail there is, and the button that erases it.

    :param by: who erases, for the server's log; "" where that is not known, and then nothing is erased.
    """
    from data.erase import WHAT_STAYS, email_count, parse_address

    st.header("Forget a person's mail", anchor=False)
    st.caption(f"Everywhere, by the address it was sent from, and for good. {WHAT_STAYS}")
    typed = st.text_input("Sent from", key=f"forget_{_erasures()}", placeholder="ana@example.com", width=320)
    if sentence := st.session_state.pop("erased", ""):
        st.success(escape_markdown(sentence), icon=":material/check:")
    if not typed.strip():
        return
    try:
        sender = parse_address(typed)
    except ValueError as error:
        st.html(html.field_error(str(error)))
        return
    count = store.count_from(sender)
    if st.button(f"Forget {email_count(count)} for good", key="forget", icon=":material/delete_forever:"):
        if not by:
            st.html(html.field_error(NAME_NEEDED))
            return
        _erase(store, sender, by)


def _erasures() -> int:
    """How often this session erased: part of the field's key, so that the field is empty afterwards."""
    return st.session_state.get("erasures", 0)


def _erase(store: "Store", sender: str, by: str) -> None:
    from data.erase import email_count

    count = store.erase_sender(sender, datetime.now(UTC))
    queue_items.clear()
    log.info("%s had %d emails of one sender forgotten", by, count)
    st.session_state.erased = f"{email_count(count)} of {sender} forgotten."
    st.session_state.erasures = _erasures() + 1
    st.rerun()
