"""Learn: a candidate from the labels, what it would change, and who decides."""

import streamlit as st

from pages.ui import guests, learning, shelf, widgets
from pages.ui.page import open_page
from pages.ui.resources import desk, settings, standby, store, taxonomy

open_page("Learn", "What have the labels taught it, and what would change?", alone=__name__ == "__main__")

with widgets.apologies(st.container()):
    by = guests.who().name
    learning.labels(store(), settings())
    learning.train(by, store)
    learning.candidate(by, store(), taxonomy())
    st.header("What the next labels are worth", anchor=False)
    learning.worth(store(), desk(), taxonomy())
    shelf.history(by, store(), standby())
    shelf.until_when(settings())
    shelf.files(store(), taxonomy(), settings())
