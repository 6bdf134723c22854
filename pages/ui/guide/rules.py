"""The taxonomy as the guide shows it: categories, tie-breaks, and how a priority is found."""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

import streamlit as st

from data.taxonomy import Taxonomy
from data.working_hours import DAYS, Period, WorkingHours
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
    st.caption(_hours_sentence(taxonomy.desk_hours))


def _service_targets(taxonomy: Taxonomy) -> str:
    """HTML table of the hours to the first answer and to the solution, by priority."""
    first_category = next(iter(taxonomy.categories.values()))
    rows = "".join(
        f'<tr><th scope="row">{level}</th><td>{hours.answer:g} h</td><td>{hours.solve:g} h</td></tr>'
        for level, hours in first_category.targets.items()
    )
    return f'<table class="mr-matrix">{html.table_head(("", "first answer", "solved within"))}{rows}</table>'


def _hours_sentence(hours: WorkingHours) -> str:
    """The desk's hours in words: "Monday to Friday 08:00 to 18:00 in Europe/London"."""
    week = zip(DAYS, hours.week, strict=True)
    runs = [(when, [day.title() for day, _ in run]) for when, run in groupby(week, key=itemgetter(1))]
    days = [f"{' to '.join(dict.fromkeys((run[0], run[-1])))} {_periods(when)}" for when, run in runs if when]
    always = f"; {' and '.join(sorted(hours.around_the_clock))} runs around the clock" if hours.around_the_clock else ""
    holidays = f", except public holidays ({hours.holidays})" if hours.holidays else ""
    return f"Hours are working hours: {', '.join(days)} in {hours.zone}{holidays}{always}."


def _periods(periods: Sequence[Period]) -> str:
    return " and ".join(f"{start:%H:%M} to {f'{end:%H:%M}' if end else '24:00'}" for start, end in periods)
