"""A line for each process that watches the mailbox, drawn anew every ten seconds."""

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from data.settings import Settings
from pages.ui import current_user
from pages.ui.elements import guarded_fragment

if TYPE_CHECKING:
    from data.store import Store

STATUS_SECONDS = 10.0


def draw_mailbox_status(store: Callable[[], "Store"], settings: Settings) -> None:
    """How the mailbox is watched, if one is set up; in an open demo, a sentence that its mail isn't shown."""
    if settings.mailbox_host and not current_user.sign_in_required():
        st.caption(f":material/lock: {current_user.OPEN_DEMO} look into the mailbox.")
    elif settings.mailbox_host:
        guarded_fragment(_draw_watchers, STATUS_SECONDS)(store, settings)


def _draw_watchers(store: Callable[[], "Store"], settings: Settings) -> None:
    from model.inbox.watcher_status import watcher_status

    lines = (
        f'<p class="mr-note" role="status"><span class="mr-dot{"" if is_well else " risk"}"></span>'
        f"{escape(sentence)}</p>"
        for is_well, sentence in watcher_status(store(), settings)
    )
    st.html("".join(lines))
