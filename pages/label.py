"""Label: one email at a time, by keyboard, for people who teach it all day."""

import streamlit as st

from data.access import TEACH
from pages.ui import guests, labelling, learning, shelf, widgets
from pages.ui.page import open_page
from pages.ui.resources import desk, settings, store, taxonomy

open_page("Label", "Which team should get this email?", alone=__name__ == "__main__")

if not guests.only(TEACH, "label"):
    st.stop()

labelling.desk_of(labelling.tools(taxonomy()), desk(), store, taxonomy())

shelf.until_when(settings())

if not st.session_state.away:
    with st.expander("What the next labels are worth"), widgets.apologies(st.container()):
        learning.worth(store(), desk(), taxonomy())
