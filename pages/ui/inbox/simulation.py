"""What the order saves: a simulated day on the mail at hand, beside first come, first served."""

from collections.abc import Sequence

import streamlit as st

from data.mail import QueueItem
from data.taxonomy import Taxonomy
from pages.ui.inbox import html


def saved(lines: Sequence[QueueItem], taxonomy: Taxonomy) -> None:
    """How many answers would be late in each order, for a number of people that the visitor sets."""
    from model.priority.simulation import answerable, people_needed, simulate_shift

    st.header("What the order saves", anchor=False)
    left, right = st.columns(2)
    minutes = right.number_input("Minutes an answer", 1.0, 240.0, 6.0, 1.0, key="minutes", format="%g")
    enough = people_needed(answerable(lines, taxonomy), minutes)
    people = left.number_input("People who answer", 1, 1_000, min(enough, 1_000), 1, key="people")
    st.html(html.shift(simulate_shift(lines, people, minutes, taxonomy)))
