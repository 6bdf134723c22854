"""How far labellers agree: over all, by category, by pair of people, and which categories they confuse."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from data.schema import Label
from data.taxonomy import Taxonomy
from model.wording import percent
from pages.ui import html
from pages.ui.agree.label_tables import alpha_table, coefficient, guideline, kappa_table

if TYPE_CHECKING:
    from model.labelling.agreement import Agreement

SHOWN_CONFUSIONS = 3
"""Pairs of categories whose guidelines are shown side by side."""


def draw_agreement(labels: Sequence[Label], taxonomy: Taxonomy) -> None:
    """Krippendorff's alpha, Cohen's kappa, and the guidelines of the categories that are confused most."""
    st.header("Agreement", anchor=False)
    agreement = _measured(len(labels), labels[-1].id if labels else "", labels)
    if agreement is None:
        st.html(
            '<div class="mr-empty"><b>No email was labelled by two people yet.</b><br>Some mail goes to a second '
            "person by itself, who sees neither the first answer nor the model's. How far they agree will be "
            "here.</div>"
        )
        return
    figures = [
        (f"{agreement.emails:,}", "emails labelled by two or more"),
        (percent(agreement.agreed), "of them alike"),
        (coefficient(agreement.alpha), "Krippendorff's alpha: 1 is perfect, 0 is chance"),
    ]
    st.html(html.key_figures(figures))
    left, right = st.columns(2, gap="large")
    with left:
        st.caption("By category: this one or another? Krippendorff's alpha, the lowest first")
        st.html(alpha_table(agreement.by_category, taxonomy))
    with right:
        st.caption("By two people: Cohen's kappa")
        st.html(kappa_table(agreement.pairs))
    _draw_confused_categories(agreement, taxonomy)


@st.cache_data(show_spinner=False, max_entries=2)
def _measured(count: int, latest_id: str, _labels: Sequence[Label]) -> "Agreement | None":
    """Cached by the number of labels and the latest one's id."""
    from model.labelling.agreement import measure_agreement

    return measure_agreement(_labels)


def _draw_confused_categories(agreement: "Agreement", taxonomy: Taxonomy) -> None:
    if not agreement.confused:
        return
    st.header("What people confuse most", anchor=False)
    for keys, count in agreement.confused[:SHOWN_CONFUSIONS]:
        pair = [taxonomy.category(key) for key in keys]
        emails = "email" if count == 1 else "emails"
        st.caption(f"{pair[0].name} and {pair[1].name}: on {count:,} {emails}")
        for column, category in zip(st.columns(2), pair, strict=True):
            with column.container(border=True, height="stretch"):
                st.html(guideline(category))
