"""The taxonomy as the guide shows it: categories, tie-breaks, and how a priority is found."""

import streamlit as st

from data.taxonomy import Taxonomy
from pages.ui import html

CARDS_PER_ROW = 3


def draw_category_cards(taxonomy: Taxonomy) -> None:
    """Every category as a card, three in a row."""
    categories = list(taxonomy.categories.values())
    for start in range(0, len(categories), CARDS_PER_ROW):
        cards = categories[start : start + CARDS_PER_ROW]
        for column, category in zip(st.columns(CARDS_PER_ROW), cards, strict=False):
            with column.container(border=True, height="stretch"):
                st.html(html.category_card(category))


def draw_tie_breaks(taxonomy: Taxonomy) -> None:
    """The rules for emails that fit two categories."""
    st.header("Where two categories fit", anchor=False)
    st.markdown("\n".join(f"{i}. {rule}" for i, rule in enumerate(taxonomy.tie_breaks, start=1)))


def draw_priority_rules(taxonomy: Taxonomy) -> None:
    """The matrix of impact and urgency, and the hours that each priority promises."""
    st.header("How soon", anchor=False)
    st.html(f'<div class="mr-row">{html.priority_matrix(taxonomy)}</div>{_service_targets(taxonomy)}')


def _service_targets(taxonomy: Taxonomy) -> str:
    """HTML table of the hours to the first answer and to the solution, by priority."""
    first_category = next(iter(taxonomy.categories.values()))
    rows = "".join(
        f'<tr><th scope="row">{level}</th><td>{hours.answer:g} h</td><td>{hours.solve:g} h</td></tr>'
        for level, hours in first_category.targets.items()
    )
    return f'<table class="mr-matrix">{html.table_head(("", "first answer", "solved within"))}{rows}</table>'
