""" "Was this right?": the visitor confirms the category or chooses another."""

from collections.abc import Sequence

import streamlit as st

from data.access import SCOPE_TEACH
from data.schema import Label, Triaged
from data.taxonomy import Taxonomy
from pages.ui import current_user


def draw_correction(triaged: Triaged, labels: Sequence[Label], taxonomy: Taxonomy) -> None:
    """A button that confirms and a list of the other categories, for whoever may teach.

    `chosen_category` returns the choice in the run that follows.

    :param labels: of this email, the latest last.
    """
    if not current_user.may(SCOPE_TEACH):
        return
    prediction, name = triaged.prediction, lambda key: taxonomy.category(key).name
    st.caption("Was this right?")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="feedback"):
        key = f"other_{triaged.id}"
        others = sorted(prediction.scores.keys() - {prediction.category}, key=name)
        predicted = name(prediction.category)
        confirm = f"Right: {predicted}" if prediction.decided else f"It is {predicted}"
        st.button(confirm, icon=":material/check:", on_click=_choose, args=(prediction.category,))
        st.selectbox(
            "No, it goes to",
            others,
            index=None,
            format_func=name,
            placeholder="No, it goes to …",
            label_visibility="collapsed",
            key=key,
            on_change=lambda: _choose(st.session_state[key]),
            width=240,
        )
    if labels:
        st.caption(f":material/check: Kept as a label: it belongs to {name(labels[-1].category)}. Thank you.")


def chosen_category() -> str | None:
    """The category that was chosen with the click that began this run, once."""
    return st.session_state.pop("chosen_category", None)


def _choose(category: str | None) -> None:
    st.session_state.chosen_category = category
