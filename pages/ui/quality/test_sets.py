"""What the Quality page judges by: industries not seen, messages that others wrote, or the visitor's own test."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import streamlit as st

from data.taxonomy import Taxonomy
from data.text_input import shortened
from model.evaluation.backtest import Backtest, backtest_of, backtest_of_scores
from model.evaluation.reports import BenchmarkScores, PartAccuracy, Scores
from pages.ui import sentences

if TYPE_CHECKING:
    import numpy as np

    from model.classify.classifier import Classifier
    from model.evaluation.held_out import HeldOutPredictions

MOST_SENTENCES = 200
MOST_ROWS = 5_000
"""Rows of one's own that are judged by; more would take longer and hardly tell more."""


@dataclass(frozen=True, slots=True)
class TestSetResult:
    """A trial with where its mail is from (as a phrase), its scores, and the share right by category."""

    trial: Backtest
    where: str
    scores: Scores
    by_category: list[PartAccuracy]

    @property
    def confidence(self) -> "np.ndarray":
        """The confidence in each email that fits a category."""
        evidence = self.trial.evidence
        return evidence.inside.confidence if evidence else self.trial.confidence

    @property
    def hit(self) -> "np.ndarray":
        """Whether each of those is right."""
        evidence = self.trial.evidence
        return evidence.inside.hit if evidence else self.trial.hit


def choose(
    away: TestSetResult | None, found: BenchmarkScores | None, own: TestSetResult | None, limit: float
) -> TestSetResult | None:
    """Let the visitor choose what to judge by. None where nothing has been measured yet.

    :param limit: the novelty from which a person is asked.
    """
    ways: dict[str, Callable[[], TestSetResult]] = {}
    if own:
        ways["Your own test"] = lambda: own
    if away:
        ways["Industries it has not seen"] = lambda: away
    if found and found.elsewhere and found.elsewhere_answers:
        ways["Messages that others wrote"] = lambda: _elsewhere(found, limit)
    if not ways:
        return None
    names = list(ways)
    chosen = st.segmented_control("Judged by", names, default=names[0], required=True, key=f"judge_{len(names)}")
    return ways[chosen or names[0]]()


def of_evidence(evidence: "HeldOutPredictions", limit: float, where: str) -> TestSetResult:
    """The judge of evidence that nothing has been computed of yet."""
    from model.evaluation import metrics

    rows = metrics.accuracy_by_part(evidence, attrgetter("category"))
    return TestSetResult(backtest_of(evidence, limit), where, metrics.compute_scores(evidence), rows)


def says(judge: TestSetResult, decide_above: float) -> None:
    """The first answer, in one sentence."""
    from model.confidence.threshold import shares_decided

    share, wrong = shares_decided(judge.trial.sure, judge.trial.hit, decide_above)
    right = 1 - wrong / share if share else 0.0
    st.html(f'<p class="mr-says" role="status">{sentences.on_mail_like_this(share, right)}</p>')
    st.caption(f"Counted {judge.where}: {len(judge.trial.hit):,} of them.")


def nothing_yet() -> None:
    """What the page shows before there is a model."""
    st.html(
        '<div class="mr-empty"><b>How good it is will be here</b> as soon as the model has been trained, which takes '
        "about a minute at the first start. Reload this page then.</div>"
    )


def own_test(classifier: "Classifier | None", taxonomy: Taxonomy, limit: float, most_mb: int) -> TestSetResult | None:
    """Drop a labelled CSV and be judged by it. The file is read and forgotten; what came of it lasts for the visit."""
    given = st.file_uploader(
        "Your own test: a CSV with a text and a category column. It is read here and not kept.",
        type=["csv", "tsv", "txt"],
        max_upload_size=most_mb,
        key="own",
    )
    if given is None or classifier is None:
        return None
    if st.session_state.get("own_file") != given.file_id:
        st.session_state.own_test = _read_own(given.name, given.getvalue(), classifier, taxonomy, limit)
        st.session_state.own_file = given.file_id
    judge, said, bad = st.session_state.own_test
    st.caption(said)
    if bad:
        with st.expander("What could not be used"):
            st.text("\n".join(bad[:MOST_SENTENCES]))
    return judge


def _read_own(
    name: str, raw: bytes, classifier: "Classifier", taxonomy: Taxonomy, limit: float
) -> tuple[TestSetResult | None, str, list[str]]:
    """What a CSV makes of the classifier, how much of it was read, and a sentence for each thing that was not used."""
    from data.corpus import read_labelled_csv
    from model.evaluation.backtest import predict_own_mail as judged

    with TemporaryDirectory() as folder:
        path = Path(folder) / "own.csv"
        path.write_bytes(raw)
        try:
            examples, bad = read_labelled_csv(path)
        except ValueError as error:
            return None, "Nothing could be read.", [str(error).replace("own.csv", name)]
    rows = len(examples) + len(bad)
    drawn = Random(0).sample(examples, min(len(examples), MOST_ROWS))  # noqa: S311
    evidence, strange = judged(drawn, classifier, taxonomy)
    known = ", ".join(taxonomy.category(key).name for key in classifier.categories)
    bad += [
        f"{count:,} rows are labelled {shortened(label)}: that is none of {known}." for label, count in strange.items()
    ]
    used = len(evidence.examples) if evidence else 0
    said = f"Judged by {used:,} of {rows:,} rows" + (", drawn at random." if len(drawn) < len(examples) else ".")
    if evidence is None or not len(evidence.inside.examples):
        return None, said, bad
    return of_evidence(evidence, limit, "on your own mail"), said, bad


def _elsewhere(found: BenchmarkScores, limit: float) -> TestSetResult:
    answers = backtest_of_scores(found.elsewhere_answers, limit)
    return TestSetResult(answers, "on messages that others wrote", found.elsewhere, found.elsewhere_by_category)
