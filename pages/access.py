"""Access: who may come in and what they may do, and what people want to be forgotten."""

import streamlit as st

from data.access import LEAD
from pages.ui import forgetting, guests, passes, widgets
from pages.ui.page import open_page
from pages.ui.resources import doorman, store

open_page("Access", "Who may come in, and what may they do?", alone=__name__ == "__main__")

with widgets.apologies(st.container()):
    if not guests.only(LEAD, "let people and programs in"):
        st.stop()
    by = guests.who().name
    people, programs = st.columns(2, gap="large")
    with people:
        passes.people(by, doorman(), store())
    with programs:
        passes.programs(by, doorman(), store())
    forgetting.forget(store(), by)
