"""Does shouting help? An email is predicted as typed and with eight kinds of pressure added to it."""

from typing import TYPE_CHECKING

import streamlit as st

from data.schema import Email
from model.evaluation.reports import BenchmarkScores
from pages.ui.quality import score_tables

if TYPE_CHECKING:
    from model.classify.classifier import Classifier

FIRST_TEXT = "My invoice for March shows the old address of our office. Please send me a corrected copy."


def draw_pressure_test(classifier: "Classifier | None", benchmark: BenchmarkScores | None) -> None:
    """A field for an email, and its priority as typed and under pressure."""
    from model.text.pressure_variants import pressure_variants

    st.header("Does shouting help?", anchor=False)
    pairs = f" Of {benchmark.pressure_pairs} improvised pairs, {benchmark.pressure_moved} moved." if benchmark else ""
    st.caption(f"It should not: type an email, and it is read calm and under eight kinds of pressure.{pairs}")
    text = st.text_area("An email", FIRST_TEXT, key="squeaky", height=110, max_chars=5_000)
    if classifier is None or not text.strip():
        return
    names, variants = zip(*pressure_variants(Email(body=text)), strict=True)
    calm, *pressed = classifier.predict([Email(body=text), *variants])
    st.html(score_tables.pressure_table(calm, list(zip(names, pressed, strict=True))))
