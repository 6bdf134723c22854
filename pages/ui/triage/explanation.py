"""Why an email was decided so: its words, how it compares with the training mail, and its priority."""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from data.schema import Email, Prediction, Triaged
from data.taxonomy import Taxonomy
from model.text.normalize import READ_LIMIT
from model.wording import percent
from pages.ui import html
from pages.ui.elements import draw_chart
from pages.ui.formatting import escape_markdown

if TYPE_CHECKING:
    from model.classify.classifier import Classifier
    from model.classify.explain import WordWeights


def draw_why(triaged: Triaged, classifier: "Classifier | None", taxonomy: Taxonomy) -> None:
    """The email with the words marked that speak for its category, and the strongest words as a chart.

    :param classifier: the one that decided; None where it has no word weights.
    """
    prediction = triaged.prediction
    name = taxonomy.category(prediction.category).name
    st.header("Why", anchor=False)
    if not classifier:
        st.caption(f"It was read by {prediction.decided_by}, which keeps no weights to show.")
        st.html(_marked_email(triaged.email, None))
        return
    from model.classify.explain import top_words, word_weights
    from pages.ui.triage.charts import word_weight_bars

    weights = word_weights(triaged.email.text, prediction.category, classifier)
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.caption(f"The darker a word, the more it spoke for {name}.")
        st.html(_marked_email(triaged.email, weights))
    if strongest := top_words(triaged.email.text, weights, count=6, least=2):
        with right:
            st.caption(f"What spoke for {name} most, and against it")
            words = ", ".join(word for word, _ in strongest)
            draw_chart(word_weight_bars(strongest), "pushes", f"Strongest words: {words}")


def draw_typicality(triaged: Triaged, classifier: "Classifier | None") -> None:
    """Length, share of known words and novelty of the email, each in the distribution of the training mail."""
    st.header("How usual is this mail?", anchor=False)
    if classifier is None:
        st.caption("That can be told when the trained model is there.")
        return
    from model.text.normalize import tokens
    from pages.ui.triage.charts import histogram_with_mark

    prediction, usual = triaged.prediction, classifier.usual
    length = len(tokens(classifier.calm(triaged.email.text)))
    charts = (
        (_compared("Longer", usual.length, length), usual.length, length, "words"),
        (f"{percent(prediction.known)} of its words are known", usual.known, prediction.known, "%"),
        (_compared("More unusual", usual.novelty, prediction.novelty), usual.novelty, prediction.novelty, "%"),
    )
    for column, (title, values, value, unit) in zip(st.columns(3, gap="large"), charts, strict=True):
        with column:
            st.caption(escape_markdown(title))
            draw_chart(histogram_with_mark(values, value, unit), f"usual_{title}", title)


def draw_priority(prediction: Prediction, taxonomy: Taxonomy) -> None:
    """The priority as its cell of impact x urgency, with the definitions of the two levels."""
    st.header("Priority", anchor=False)
    definitions = _level_definitions(prediction, taxonomy)
    matrix = html.priority_matrix(taxonomy, (prediction.impact, prediction.urgency))
    st.html(f'<div class="mr-row">{matrix}{definitions}</div>')


def _marked_email(email: Email, weights: "WordWeights | None") -> str:
    """HTML: the part of the email that was read, the words that speak for the category marked by strength."""
    text = email.text[:READ_LIMIT]
    parts, position = [], 0
    for start, end, weight, share_of_strongest in _visible_weights(weights):
        parts.append(escape(text[position:start]))
        style = f"--push:{share_of_strongest:.2f}"
        parts.append(f'<mark style="{style}" title="{weight:+.2f}">{escape(text[start:end])}</mark>')
        position = end
    parts.append(escape(text[position:]))
    unread_length = len(email.text) - len(text)
    unread = f"\n\n<i>… {unread_length:,} more characters, which were not read.</i>" if unread_length else ""
    return html.email_box(f"{''.join(parts)}{unread}")


def _visible_weights(weights: "WordWeights | None") -> list[tuple[int, int, float, float]]:
    """Start, end, weight, and weight as a share of the strongest, of each word that is worth a mark."""
    from model.classify.explain import MIN_RELATIVE_WEIGHT

    strongest = max((weight for *_, weight in weights.words), default=0) if weights else 0
    if strongest <= 0:
        return []
    return [
        (start, end, weight, weight / strongest)
        for start, end, weight in weights.words
        if weight >= MIN_RELATIVE_WEIGHT * strongest
    ]


def _compared(more: str, training_values: Sequence[float], value: float) -> str:
    share = sum(usual < value for usual in training_values) / len(training_values)
    return f"{more} than {share:.0%} of the mail it learned from"


def _level_definitions(prediction: Prediction, taxonomy: Taxonomy) -> str:
    priorities, reason = taxonomy.priorities, prediction.priority_reason
    raised = f"<br>Raised to <b>{prediction.priority}</b>: {escape(reason)}." if reason else ""
    return (
        f'<div class="mr-facts">Impact <b>{prediction.impact}</b>: {escape(priorities.impact[prediction.impact])}<br>'
        f"Urgency <b>{prediction.urgency}</b>: {escape(priorities.urgency[prediction.urgency])}{raised}</div>"
    )
