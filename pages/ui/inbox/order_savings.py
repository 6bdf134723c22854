"""What the order of the queue saves: late answers in a simulated shift, beside first come, first served."""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from data.mail import QueueItem
from data.taxonomy import Taxonomy
from model.wording import working_time
from pages.ui import html

if TYPE_CHECKING:
    from model.priority.simulation import ShiftSimulation

MAX_PEOPLE = 1_000


def draw_order_savings(items: Sequence[QueueItem], taxonomy: Taxonomy) -> None:
    """Fields for how many people answer and how long each answer takes, and the late answers in both orders."""
    from model.priority.simulation import emails_to_answer, people_needed, simulate_shift

    st.header("What the order saves", anchor=False)
    left, right = st.columns(2)
    minutes = right.number_input("Minutes an answer", 1.0, 240.0, 6.0, 1.0, key="minutes", format="%g")
    needed = min(people_needed(emails_to_answer(items, taxonomy), minutes, taxonomy.desk_hours), MAX_PEOPLE)
    people = left.number_input("People who answer", 1, MAX_PEOPLE, needed, 1, key="people")
    simulation = simulate_shift(items, people, minutes, taxonomy)
    st.html(f'<p class="mr-says">{_savings_sentence(simulation)}</p>{_savings_table(simulation)}')


def _savings_sentence(simulation: "ShiftSimulation") -> str:
    """HTML: how many answers the order keeps from being late."""
    by_arrival, by_cost = sum(simulation.breached_by_arrival.values()), sum(simulation.breached_by_cost.values())
    people = "one person" if simulation.people == 1 else f"{simulation.people:,} people"
    if not by_arrival and not by_cost:
        return f"With {people} no answer is late, in whatever order."
    if simulation.avoided <= 0:
        return (
            f"With {people} {by_cost:,} answers are late in this order and {by_arrival:,} as they came: it minds the "
            "costly ones."
        )
    return f"With {people} it keeps <b>{simulation.avoided:,} of {by_arrival:,}</b> late answers from being late."


def _savings_table(simulation: "ShiftSimulation") -> str:
    """HTML: late answers and typical wait by priority, in both orders."""
    group_head = (
        '<tr><td></td><td></td><th scope="col" colspan="2">late</th><th scope="col" colspan="2">typical wait</th></tr>'
    )
    head = html.table_head(("", "emails", *("as it came", "this order") * 2))
    rows = "".join(
        f'<tr><th scope="row">{escape(priority)}</th><td>{count:,}</td>'
        f"<td>{simulation.breached_by_arrival[priority]:,}</td><td>{simulation.breached_by_cost[priority]:,}</td>"
        f"<td>{working_time(simulation.wait_by_arrival[priority])}</td>"
        f"<td>{working_time(simulation.wait_by_cost[priority])}</td></tr>"
        for priority, count in simulation.mail.items()
    )
    return html.wide_table(f"{group_head}{head}{rows}", "Late answers in both orders", "mr-small")
