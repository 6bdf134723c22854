"""A lead's form that forgets all mail of a person."""

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from pages.ui import html, sentences
from pages.ui.inbox import snapshot

if TYPE_CHECKING:
    from data.store import Store

log = logging.getLogger(__name__)


def forget(store: "Store", by: str) -> None:
    """The field for an address, how much mail there is of it, the button that confirms, and a sentence afterwards.

    :param by: who decides this, for the log of the server; "" where nobody is known yet. Raises StoreUnavailable.
    """
    from data.erase import WHAT_STAYS, email_count, parse_address

    st.header("Forget a person's mail", anchor=False)
    st.caption(f"Everywhere, by the address it was sent from, and for good. {WHAT_STAYS}")
    turn = st.session_state.get("forgets", 0)
    typed = st.text_input("Sent from", key=f"forget_{turn}", placeholder="ana@example.com", width=320)
    if said := st.session_state.pop("forgot", ""):
        st.success(sentences.plain(said), icon=":material/check:")
    if not typed.strip():
        return
    try:
        sender = parse_address(typed)
    except ValueError as error:
        st.html(html.field_error(str(error)))
        return
    count = store.sent_by(sender)
    if st.button(f"Forget {email_count(count)} for good", key="forget", icon=":material/delete_forever:"):
        if not by:
            st.html(html.field_error(sentences.NAMELESS))
            return
        _forget(store, sender, by)


def _forget(store: "Store", sender: str, by: str) -> None:
    from data.erase import email_count

    gone = store.forget(sender, datetime.now(UTC))
    snapshot.lines.clear()
    log.info("%s had %d emails of one sender forgotten", by, gone)
    st.session_state.forgot = f"{email_count(gone)} of {sender} forgotten."
    st.session_state.forgets = st.session_state.get("forgets", 0) + 1
    st.rerun()
