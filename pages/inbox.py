"""Inbox: files of mail or a mailbox become a queue, the most urgent first."""

import streamlit as st

from pages.ui.elements import store_errors_shown
from pages.ui.inbox.batches import choose_batch, draw_empty_inbox, draw_progress_until_done, draw_unreadable_mail
from pages.ui.inbox.file_upload import draw_upload
from pages.ui.inbox.mailbox_status import draw_mailbox_status
from pages.ui.inbox.queue_view import draw_queue
from pages.ui.page import set_up_page
from pages.ui.resources import classifier, decide_above, settings, store, taxonomy

set_up_page("Inbox", "What came in, and what should be answered first?", alone=__name__ == "__main__")

with store_errors_shown(st.container()):
    draw_upload(classifier(), store, taxonomy(), settings())
    batch = choose_batch(store(), settings())
    draw_mailbox_status(store, settings())
    if batch is None:
        draw_empty_inbox()
    elif draw_progress_until_done(batch, store):
        draw_queue(batch, store(), classifier(), taxonomy(), decide_above())
        draw_unreadable_mail(batch, store())
