"""Inbox: files of mail or a mailbox become a queue, the most urgent first."""

import streamlit as st

from pages.ui import widgets
from pages.ui.inbox import batches, drop, queue
from pages.ui.page import set_up_page
from pages.ui.resources import classifier, decide_above, settings, store, taxonomy

set_up_page("Inbox", "What came in, and what should be answered first?", alone=__name__ == "__main__")

with widgets.store_errors_shown(st.container()):
    drop.drop(classifier(), store, taxonomy(), settings())
    batch = batches.choose(store(), settings())
    batches.mailbox(store, settings())
    if batch is None:
        batches.nothing_yet()
    elif batches.finished(batch, store):
        queue.queue(batch, store(), classifier(), taxonomy(), decide_above())
        batches.bad(batch, store())
