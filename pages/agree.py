"""Agree: how far people say the same of the same emails, what they confuse, and the last word where they differ."""

import streamlit as st

from pages.ui import widgets
from pages.ui.agree import disagreements
from pages.ui.page import set_up_page
from pages.ui.resources import store, taxonomy

set_up_page("Agree", "Do people say the same of the same emails?", alone=__name__ == "__main__")

with widgets.store_errors_shown(st.container()):
    answers = store().labels.answers()
    disagreements.settle(answers, store(), taxonomy())
    disagreements.figures(answers, taxonomy())
