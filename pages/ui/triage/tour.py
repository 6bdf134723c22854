"""The tour for a first visit: three steps on the Triage page, each done with one click."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from pages.ui.triage.form import fill_form

VISITS_COOKIE = "mailroom_visits"
"""Set by the server with the first page that it sends: FIRST_VISIT, and LATER_VISIT from then on."""

FIRST_VISIT, LATER_VISIT = "1", "2"


@dataclass(frozen=True, slots=True)
class TourStep:
    """A sentence and a button, which fills the form with the example of that name or opens that page."""

    sentence: str
    button: str
    example: str = ""
    page: str = ""


TOUR_STEPS = (
    TourStep("Watch it decide: an email from somebody who was charged twice.", "Show me", "Charged twice"),
    TourStep(
        "That is the answer, how sure it is, and below it the words that decided. Now a mail that it cannot read.",
        "Try that",
        "Nothing we know",
    ),
    TourStep(
        "Not sure enough, so it asks a person, and says why. How often it is right is measured, not promised.",
        "See how good it is",
        page="pages/quality.py",
    ),
)


def draw_tour(examples: Sequence[dict[str, Any]]) -> bool:
    """The current step on a first visit, unless skipped. Returns whether the form was filled just now."""
    is_first_visit = st.context.cookies.get(VISITS_COOKIE) == FIRST_VISIT
    index = st.session_state.setdefault("tour", 0 if is_first_visit else len(TOUR_STEPS))
    if index >= len(TOUR_STEPS):
        return False
    step, is_last = TOUR_STEPS[index], index + 1 == len(TOUR_STEPS)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="tour"):
        st.markdown(f"**{index + 1} of {len(TOUR_STEPS)}** · {step.sentence}", width="stretch")
        _draw_step_button(step, f"tour_{index}", examples)
        st.button("Done" if is_last else "Skip the tour", key="tour_end", type="tertiary", on_click=_end_tour)
    return st.session_state.pop("tour_filled_form", False)


def _draw_step_button(step: TourStep, key: str, examples: Sequence[dict[str, Any]]) -> None:
    if step.page:
        if st.button(step.button, key=key, type="primary"):
            _end_tour()
            st.switch_page(step.page)
        return
    example = next(example for example in examples if example["name"] == step.example)
    st.button(step.button, key=key, type="primary", on_click=_show_example, args=(example,))


def _show_example(example: dict[str, Any]) -> None:
    fill_form(example)
    st.session_state.tour += 1
    st.session_state.tour_filled_form = True


def _end_tour() -> None:
    st.session_state.tour = len(TOUR_STEPS)
