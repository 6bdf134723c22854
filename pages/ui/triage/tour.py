"""A minute for whoever comes for the first time: three steps, each done with one click on the page itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from pages.ui.triage.form import fill

VISITS = "mailroom_visits"
"""The cookie that tells a first visit from a later one: the server sets it with the first page that it sends."""

FIRST, LATER = "1", "2"


@dataclass(frozen=True, slots=True)
class Step:
    """What is said, and the button that goes on: it sorts the example of that name, or opens that page."""

    says: str
    button: str
    example: str = ""
    page: str = ""


STEPS = (
    Step("Watch it decide: an email from somebody who was charged twice.", "Show me", "Charged twice"),
    Step(
        "That is the answer, how sure it is, and below it the words that decided. Now a mail that it cannot read.",
        "Try that",
        "Nothing we know",
    ),
    Step(
        "Not sure enough, so it asks a person, and says why. How often it is right is measured, not promised.",
        "See how good it is",
        page="pages/quality.py",
    ),
)


def tour(examples: Sequence[dict[str, Any]]) -> bool:
    """The step at which a first visitor is, unless they skipped it. Returns whether an example was just picked."""
    at = st.session_state.setdefault("tour", 0 if st.context.cookies.get(VISITS) == FIRST else len(STEPS))
    if at >= len(STEPS):
        return False
    step, by_name = STEPS[at], {example["name"]: example for example in examples}
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="tour"):
        st.markdown(f"**{at + 1} of {len(STEPS)}** · {step.says}", width="stretch")
        if step.page:
            if st.button(step.button, key=f"tour_{at}", type="primary"):
                _end()
                st.switch_page(step.page)
        else:
            st.button(step.button, key=f"tour_{at}", type="primary", on_click=_on, args=(by_name[step.example],))
        st.button("Skip the tour" if at + 1 < len(STEPS) else "Done", key="tour_end", type="tertiary", on_click=_end)
    return st.session_state.pop("tour_picked", False)


def _on(example: dict[str, Any]) -> None:
    fill(example)
    st.session_state.tour += 1
    st.session_state.tour_picked = True


def _end() -> None:
    st.session_state.tour = len(STEPS)
