"""What it knows: the categories and teams, and how priority is found."""

import streamlit as st

from pages.ui.guide.rules import draw_category_cards, draw_priority_rules, draw_tie_breaks
from pages.ui.page import set_up_page
from pages.ui.resources import taxonomy

set_up_page(
    "What it knows",
    "Where mail can go, and what decides how soon it is answered",
    alone=__name__ == "__main__",
)

draw_category_cards(taxonomy())

left, right = st.columns(2, gap="large")
with left:
    draw_tie_breaks(taxonomy())
with right:
    draw_priority_rules(taxonomy())
