"""Inbox: files of mail or a mailbox become a queue, the most urgent first."""

import streamlit as st

from pages.ui import widgets
from pages.ui.inbox import batches, drop, queue
from pages.ui.page import open_page
from pages.ui.resources import decide_above, settings, standby, store, taxonomy

open_page("Inbox", "What came in, and what should be answered first?", alone=__name__ == "__main__")

with widgets.apologies(st.container()):
    drop.drop(standby(), store, taxonomy(), settings())
    batch = batches.choose(store(), settings())
    batches.mailbox(store, settings())
    if batch is None:
        batches.nothing_yet()
    elif batches.finished(batch, store):
        queue.queue(batch, store(), standby(), taxonomy(), decide_above())
        batches.bad(batch, store())
