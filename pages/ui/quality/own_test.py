"""The visitor's own test: a labelled CSV is uploaded, predicted and scored. It is not stored."""

from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import streamlit as st

from data.taxonomy import Taxonomy
from data.text_input import shortened
from pages.ui.quality.test_sets import TestSetResult

if TYPE_CHECKING:
    from data.corpus import Example
    from model.classify.classifier import Classifier
    from model.evaluation.held_out import HeldOutPredictions

MAX_SHOWN_PROBLEMS = 200
MAX_OWN_ROWS = 5_000
"""Rows that are predicted, drawn at random from more; more would take longer and hardly change the scores."""


@dataclass(frozen=True, slots=True)
class OwnTest:
    """What came of a file: a sentence on how much was used, what wasn't and why, and the result if there is one."""

    sentence: str
    problems: list[str] = field(default_factory=list)
    result: TestSetResult | None = None


def own_test_result(
    classifier: "Classifier | None", taxonomy: Taxonomy, novelty_limit: float, max_mb: int
) -> TestSetResult | None:
    """An uploader for a labelled CSV; its result, once a file is there. The result is kept for the session."""
    uploaded = st.file_uploader(
        "Your own test: a CSV with a text and a category column. It is read here and not kept.",
        type=["csv", "tsv", "txt"],
        max_upload_size=max_mb,
        key="own",
    )
    if uploaded is None or classifier is None:
        return None
    if st.session_state.get("own_file") != uploaded.file_id:
        content = uploaded.getvalue()
        st.session_state.own_test = _test_on_csv(uploaded.name, content, classifier, taxonomy, novelty_limit)
        st.session_state.own_file = uploaded.file_id
    own: OwnTest = st.session_state.own_test
    st.caption(own.sentence)
    if own.problems:
        with st.expander("What could not be used"):
            st.text("\n".join(own.problems[:MAX_SHOWN_PROBLEMS]))
    return own.result


def _test_on_csv(
    name: str, content: bytes, classifier: "Classifier", taxonomy: Taxonomy, novelty_limit: float
) -> OwnTest:
    from model.evaluation.backtest import predict_own_mail

    try:
        examples, problems = _read_examples(content)
    except ValueError as error:
        return OwnTest("Nothing could be read.", [str(error).replace("own.csv", name)])
    rows = len(examples) + len(problems)
    sample = Random(0).sample(examples, min(len(examples), MAX_OWN_ROWS))  # noqa: S311
    predictions, unknown_labels = predict_own_mail(sample, classifier, taxonomy)
    categories = ", ".join(taxonomy.category(key).name for key in classifier.categories)
    problems += [
        f"{count:,} rows are labelled {shortened(label)}: that is none of {categories}."
        for label, count in unknown_labels.items()
    ]
    used = len(predictions.examples) if predictions else 0
    at_random = ", drawn at random." if len(sample) < len(examples) else "."
    sentence = f"Judged by {used:,} of {rows:,} rows{at_random}"
    if predictions is None or not len(predictions.inside.examples):
        return OwnTest(sentence, problems)
    return OwnTest(sentence, problems, _result_of(predictions, novelty_limit))


def _read_examples(content: bytes) -> tuple[list["Example"], list[str]]:
    """The labelled emails, and a sentence for each row that is none. Raises ValueError for what is no such table."""
    from data.corpus import read_labelled_csv

    with TemporaryDirectory() as folder:
        path = Path(folder) / "own.csv"
        path.write_bytes(content)
        return read_labelled_csv(path)


def _result_of(predictions: "HeldOutPredictions", novelty_limit: float) -> TestSetResult:
    from model.evaluation.backtest import backtest_of
    from model.evaluation.metrics import accuracy_by_part, compute_scores

    by_category = accuracy_by_part(predictions, attrgetter("category"))
    backtest = backtest_of(predictions, novelty_limit)
    return TestSetResult(backtest, "on your own mail", compute_scores(predictions), by_category)
