"""What labels are worth: the learning curve that the latest training measured, and the expected gain of more labels."""

from typing import TYPE_CHECKING

import streamlit as st

from data.taxonomy import Taxonomy
from pages.ui.elements import draw_chart

if TYPE_CHECKING:
    from data.store import Store
    from model.labelling.assignment import Assigner
    from model.training.comparison_report import LabelWorth


def draw_label_value(store: "Store", assigner: "Assigner", taxonomy: Taxonomy) -> None:
    """The curve with a sentence, and the two categories between which new mail is most uncertain."""
    from model.training.comparison_report import read_comparison

    latest = store.models.latest()
    report = read_comparison(latest.report) if latest else None
    worth, confused = report and report.worth, assigner.queue.most_confused_pair()
    useful = (
        f"Most useful now: {' against '.join(taxonomy.category(key).name for key in confused)}." if confused else ""
    )
    if worth is None:
        st.caption(f"A training with 60 labels or more to learn from measures it. {useful}")
        return
    from pages.ui.learn.charts import learning_curve_chart

    sentence = _expected_gain(worth)
    st.markdown(f"{sentence} {useful}")
    draw_chart(learning_curve_chart(worth.points, worth.more, worth.gain), "curve", sentence)


def _expected_gain(worth: "LabelWorth") -> str:
    if worth.gain is None:
        return "It is too early to tell what more labels would bring."
    low, value, high = (f"{100 * share:+.1f}" for share in (worth.gain.low, worth.gain.value, worth.gain.high))
    return f"{worth.more} more labels: about {value} points ({low} to {high}) on mail like what was labelled."
