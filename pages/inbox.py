"""Inbox: files of mail or a mailbox become a queue, the most urgent first."""

import streamlit as st

from pages.ui import arrivals, queue_table, widgets
from pages.ui.page import open_page
from pages.ui.resources import decide_above, settings, standby, store, taxonomy

open_page("Inbox", "What came in, and what should be answered first?", alone=__name__ == "__main__")

with widgets.apologies(st.container()):
    arrivals.drop(standby(), store, taxonomy(), settings())
    batch = arrivals.choose(store(), settings())
    arrivals.mailbox(store, settings())
    if batch is None:
        arrivals.nothing_yet()
    elif arrivals.finished(batch, store):
        queue_table.queue(batch, store(), standby(), taxonomy(), settings())
        queue_table.pictures(batch, store(), taxonomy(), decide_above())
        arrivals.bad(batch, store())
