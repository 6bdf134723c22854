"""Agree: how far people agree on the same emails, what they confuse, and the final label where they differ."""

import streamlit as st

from pages.ui.agree.agreement_figures import draw_agreement
from pages.ui.agree.disagreements import draw_disagreements
from pages.ui.elements import store_errors_shown
from pages.ui.page import set_up_page
from pages.ui.resources import store, taxonomy

set_up_page("Agree", "Do people say the same of the same emails?", alone=__name__ == "__main__")

with store_errors_shown(st.container()):
    labels = store().labels.current_labels()
    draw_disagreements(labels, store(), taxonomy())
    draw_agreement(labels, taxonomy())
