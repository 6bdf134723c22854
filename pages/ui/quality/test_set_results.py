"""Results on the chosen test set: accuracy by category, confusions, and calibration."""

from typing import TYPE_CHECKING

import streamlit as st

from data.taxonomy import Taxonomy
from model.wording import percent
from pages.ui import html
from pages.ui.elements import draw_chart
from pages.ui.quality.test_sets import TestSetResult

if TYPE_CHECKING:
    import numpy as np

    from model.evaluation.held_out import HeldOutPredictions

OVERCONFIDENT_BY = 0.03
"""By how much a bin's confidence exceeds its accuracy before a sentence says so."""

MAX_CONFUSED_EMAILS = 30
"""Emails that are shown of one confusion."""

CategoryPair = tuple[int, int]
"""Indices of the true and of the predicted category."""


def draw_category_accuracy(result: TestSetResult, taxonomy: Taxonomy) -> None:
    """Accuracy by category, the best first."""
    from pages.ui.quality.charts import accuracy_dots

    ranked = sorted(result.by_category, key=lambda row: -row.right.value)
    named = [(taxonomy.category(row.name).name, row.right) for row in ranked]
    st.header(f"Surest with {named[0][0]}, least so with {named[-1][0]}", anchor=False)
    st.caption(f"Share right by category, {result.where}, with 95 % intervals.")
    alt = ", ".join(f"{name} {percent(right.value)}" for name, right in named)
    draw_chart(accuracy_dots(named), "categories", alt)


def draw_confusions(predictions: "HeldOutPredictions", taxonomy: Taxonomy) -> None:
    """Which categories are mistaken for which; a click on a square, or the list below, shows the emails."""
    from model.evaluation.metrics import confusion_matrix

    counts = confusion_matrix(predictions)
    names = [taxonomy.category(key).name for key in predictions.categories]
    pairs = _pairs_by_count(counts)
    st.header("Who is mistaken for whom", anchor=False)
    if not pairs:
        st.caption("Nothing is.")
        return
    true, predicted = pairs[0]
    most_often = f"Most often: {names[true]} that went to {names[predicted]}"
    st.caption(f"{most_often}, {counts[pairs[0]]} times. Click a square to read the emails.")
    clicked = _draw_confusion_chart(counts, names, f"{most_often}. All pairs are in the list below")
    chosen = st.selectbox(
        "Emails of this mix-up",
        pairs,
        index=pairs.index(clicked[0]) if clicked and clicked[0] in pairs else 0,
        format_func=lambda pair: f"{names[pair[0]]} that went to {names[pair[1]]} ({counts[pair]})",
        key=f"mixup_{clicked}",
    )
    _draw_confused_emails(predictions, chosen)


def _pairs_by_count(counts: "np.ndarray") -> list[CategoryPair]:
    """The pairs of categories that were confused, the most frequent first."""
    size = range(len(counts))
    ranked = sorted(((int(counts[i, j]), i, j) for i in size for j in size if i != j), reverse=True)
    return [(i, j) for count, i, j in ranked if count]


def _draw_confusion_chart(counts: "np.ndarray", names: list[str], alt: str) -> list[CategoryPair]:
    """The chart; returns the pairs that were clicked."""
    from pages.ui.quality.charts import confusion_squares

    event = st.plotly_chart(
        confusion_squares(counts, names),
        key="mixups",
        on_select="rerun",
        selection_mode="points",
        config={"displayModeBar": False},
        alt=alt,
    )
    return [tuple(point["customdata"]) for point in event["selection"]["points"]]


def _draw_confused_emails(predictions: "HeldOutPredictions", pair: CategoryPair) -> None:
    inside = predictions.inside
    confused = inside.only((inside.truth == pair[0]) & (inside.guess == pair[1]) & ~inside.hit)
    texts = [html.quoted_email(example.subject, example.body) for example in confused.examples if example.text]
    shown = texts[:MAX_CONFUSED_EMAILS]
    unlisted = len(confused.examples) - len(shown)
    more = f'<p class="mr-note">… and {unlisted} more.</p>' if unlisted > 0 else ""
    st.html(html.scroll_box("".join(shown) + more, "Emails of this mix-up"))


def draw_calibration(result: TestSetResult) -> None:
    """The reliability diagram and the expected calibration error (Naeini et al., 2015)."""
    from model.evaluation.metrics import calibration_curve
    from pages.ui.quality.charts import reliability_diagram

    error = result.scores.calibration_error.value
    st.header(f"When it says how sure it is, it is off by {error:.1%}", anchor=False)
    bins = calibration_curve(result.confidence, result.hit)
    too_sure = [confidence for confidence, right, _ in bins if confidence > right + OVERCONFIDENT_BY]
    most_so = f": most so where it says {percent(max(too_sure))}." if too_sure else ", which it hardly is anywhere."
    st.caption(
        f"Expected calibration error over ten bins, {result.where}. Below the dotted line it is too sure of itself"
        f"{most_so}"
    )
    draw_chart(reliability_diagram(bins), "reliability", f"Off by {error:.1%} on average")
