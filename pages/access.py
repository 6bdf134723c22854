"""Access: who may come in and what they may do, and what people want to be forgotten."""

import streamlit as st

from data.access import LEAD
from pages.ui import current_user
from pages.ui.access.erase_form import draw_erase_form
from pages.ui.access.users_and_keys import draw_people, draw_programs
from pages.ui.elements import store_errors_shown
from pages.ui.page import set_up_page
from pages.ui.resources import authenticator, store

set_up_page("Access", "Who may come in, and what may they do?", alone=__name__ == "__main__")

with store_errors_shown(st.container()):
    if not current_user.may_or_explain(LEAD, "let people and programs in"):
        st.stop()
    by = current_user.current_principal().name
    people, programs = st.columns(2, gap="large")
    with people:
        draw_people(by, authenticator(), store())
    with programs:
        draw_programs(by, authenticator(), store())
    draw_erase_form(store(), by)
