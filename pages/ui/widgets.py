"""Draws a piece of screen and returns what the visitor chose. Mail is only ever drawn as escaped text."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import streamlit as st

from data.access import SCOPE_TEACH
from data.schema import Label, Prediction, StoreUnavailable, Triaged
from data.taxonomy import Taxonomy
from model.wording import percent
from pages.ui import current_user, html, sentences

if TYPE_CHECKING:
    from plotly.graph_objects import Figure
    from streamlit.delta_generator import DeltaGenerator

    from model.classify.classifier import Classifier


@contextmanager
def store_errors_shown(place: "DeltaGenerator") -> Iterator[None]:
    """Let trouble with the store end in a sentence at that place; the form keeps what was typed."""
    try:
        yield
    except StoreUnavailable as error:
        place.error(f"{error} What you typed is still in the form: try again.", icon=":material/cloud_off:")


def guarded_fragment(work: Callable[..., None], run_every: float | None = None) -> Callable[..., None]:
    """A part of a page that runs again by itself, where trouble with the store ends in a sentence too."""

    def guarded(*given: Any) -> None:
        with store_errors_shown(st.container()):
            work(*given)

    return st.fragment(guarded, run_every=run_every)


def nothing_yet() -> None:
    """What the right side shows before the first email."""
    st.html(
        '<div class="mr-empty"><b>The decision will be here.</b><br>One sentence: which team gets the email, by when '
        "it must be answered, and how sure that is. Below it the words that decided, and how usual such mail is. Where "
        "the model is not sure enough, it says so and asks a person.</div>"
    )


def answer(triaged: Triaged, taxonomy: Taxonomy) -> None:
    """The decision in one sentence, and what stands behind it in two lines."""
    decided = triaged.prediction.decided
    kind = "Decided" if decided else "A person should decide"
    st.html(
        f'<div class="mr-answer {"decided" if decided else "ask"}" role="status"><span class="mr-kind">{kind}</span>'
        f"<p>{sentences.headline(triaged, taxonomy, st.context.timezone)}</p>"
        f'<div class="mr-note">{sentences.under_headline(triaged, taxonomy)}</div></div>'
    )


def confidence(made: Prediction, taxonomy: Taxonomy, threshold: float) -> None:
    """The five likeliest categories, with the threshold that a decision takes."""
    from pages.ui import charts

    top = list(made.scores.items())[:5]
    names = [taxonomy.category(key).name for key, _ in top]
    figure = charts.confidence(names, [share for _, share in top], threshold, made.decided)
    _chart(figure, "confidence", f"{names[0]} {percent(top[0][1])}, then {', '.join(names[1:])}")


def why(triaged: Triaged, classifier: "Classifier | None", taxonomy: Taxonomy) -> None:
    """The email with the words marked that spoke for its category, and the strongest of them beside it."""
    made, text = triaged.prediction, triaged.email.text
    name = taxonomy.category(made.category).name
    st.header("Why", anchor=False)
    if not classifier:
        st.caption(f"It was read by {made.decided_by}, which keeps no weights to show.")
        st.html(html.marked(triaged.email, None))
        return
    from model.classify.explain import top_words, word_weights
    from pages.ui import charts

    found = word_weights(text, made.category, classifier)
    mail, strongest = st.columns([3, 2], gap="large")
    with mail:
        st.caption(f"The darker a word, the more it spoke for {name}.")
        st.html(html.marked(triaged.email, found))
    if weights := top_words(text, found, count=6, least=2):
        with strongest:
            st.caption(f"What spoke for {name} most, and against it")
            _chart(charts.pushes(weights), "pushes", f"Strongest words: {', '.join(word for word, _ in weights)}")


def how_usual(triaged: Triaged, classifier: "Classifier | None") -> None:
    """Length, known words and novelty of the email, each against the mail that was learned from."""
    st.header("How usual is this mail?", anchor=False)
    if classifier is None:
        st.caption("That can be told when the trained model is there.")
        return
    from model.text.normalize import tokens as count
    from pages.ui import charts

    made, usual = triaged.prediction, classifier.usual
    length = len(count(classifier.calm(triaged.email.text)))
    shown = (
        (sentences.compared("longer", usual.length, length), usual.length, length, "words"),
        (f"{percent(made.known)} of its words are known", usual.known, made.known, "%"),
        (sentences.compared("more unusual", usual.novelty, made.novelty), usual.novelty, made.novelty, "%"),
    )
    for column, (title, values, mark, unit) in zip(st.columns(3, gap="large"), shown, strict=True):
        with column:
            st.caption(sentences.plain(title))
            _chart(charts.against_usual(values, mark, unit), f"usual_{title}", title)


def priority(made: Prediction, taxonomy: Taxonomy) -> None:
    """The priority as its cell of the matrix, with what the two levels mean."""
    st.header("Priority", anchor=False)
    st.html(html.matrix(taxonomy, made))


def category_cards(taxonomy: Taxonomy) -> None:
    """Every category with its team, definition and examples, three in a row."""
    categories = list(taxonomy.categories.values())
    for start in range(0, len(categories), 3):
        for column, category in zip(st.columns(3), categories[start : start + 3], strict=False):
            with column.container(border=True, height="stretch"):
                st.html(html.category(category))


def tie_breaks(taxonomy: Taxonomy) -> None:
    """What decides where two categories fit."""
    st.header("Where two categories fit", anchor=False)
    st.markdown("\n".join(f"{i}. {rule}" for i, rule in enumerate(taxonomy.tie_breaks, start=1)))


def priority_rules(taxonomy: Taxonomy) -> None:
    """How impact and urgency make a priority, and what each priority promises."""
    st.header("How soon", anchor=False)
    st.html(html.matrix(taxonomy) + html.targets(taxonomy))


def feedback(triaged: Triaged, labels: Sequence[Label], taxonomy: Taxonomy) -> None:
    """Was this right? What the visitor clicks is what `said` returns in the run that follows."""
    if not current_user.may(SCOPE_TEACH):
        return
    made, name = triaged.prediction, lambda key: taxonomy.category(key).name
    st.caption("Was this right?")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="feedback"):
        key = f"other_{triaged.id}"
        others = sorted(made.scores.keys() - {made.category}, key=name)
        agree = f"Right: {name(made.category)}" if made.decided else f"It is {name(made.category)}"
        st.button(agree, icon=":material/check:", on_click=_say, args=(made.category,))
        st.selectbox(
            "No, it goes to",
            others,
            index=None,
            format_func=name,
            placeholder="No, it goes to …",
            label_visibility="collapsed",
            key=key,
            on_change=lambda: _say(st.session_state[key]),
            width=240,
        )
    if labels:
        st.caption(f":material/check: Kept as a label: it belongs to {name(labels[-1].category)}. Thank you.")


def said() -> str | None:
    """The category that the visitor has just said is right."""
    return st.session_state.pop("said", None)


def _say(category: str | None) -> None:
    st.session_state.said = category


def _chart(figure: "Figure", key: str, spoken: str) -> None:
    st.plotly_chart(figure, key=key, config={"displayModeBar": False}, alt=spoken)
