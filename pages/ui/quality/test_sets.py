"""The test set that the Quality page counts on: industries held out, others' messages, or the visitor's own mail."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from model.evaluation.backtest import Backtest, backtest_of_scores
from model.evaluation.reports import BenchmarkScores, PartAccuracy, Scores

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True)
class TestSetResult:
    """Predictions on a test set, a phrase that names its mail, its scores, and accuracy by category."""

    backtest: Backtest
    where: str
    scores: Scores
    by_category: list[PartAccuracy]

    @property
    def confidence(self) -> "np.ndarray":
        """The confidence in each email that fits a category."""
        predictions = self.backtest.predictions
        return predictions.inside.confidence if predictions else self.backtest.confidence

    @property
    def hit(self) -> "np.ndarray":
        """Whether each of those is right."""
        predictions = self.backtest.predictions
        return predictions.inside.hit if predictions else self.backtest.hit


def choose_test_set(
    held_out: TestSetResult | None, benchmark: BenchmarkScores | None, own: TestSetResult | None, novelty_limit: float
) -> TestSetResult | None:
    """A control that chooses among the results at hand. None where nothing has been measured yet.

    :param novelty_limit: the novelty from which a person is asked.
    """
    results: dict[str, Callable[[], TestSetResult]] = {}
    if own:
        results["Your own test"] = lambda: own
    if held_out:
        results["Industries it has not seen"] = lambda: held_out
    if benchmark and benchmark.elsewhere and benchmark.elsewhere_answers:
        results["Messages that others wrote"] = lambda: _others_messages(benchmark, novelty_limit)
    if not results:
        return None
    names = list(results)
    chosen = st.segmented_control("Judged by", names, default=names[0], required=True, key=f"judge_{len(names)}")
    return results[chosen or names[0]]()


def _others_messages(benchmark: BenchmarkScores, novelty_limit: float) -> TestSetResult:
    backtest = backtest_of_scores(benchmark.elsewhere_answers, novelty_limit)
    where = "on messages that others wrote"
    return TestSetResult(backtest, where, benchmark.elsewhere, benchmark.elsewhere_by_category)


def draw_summary(result: TestSetResult, decide_above: float) -> None:
    """One sentence: the share decided at that threshold, and how much of that is right."""
    from model.confidence.threshold import shares_decided

    backtest = result.backtest
    decided, wrong = shares_decided(backtest.sure, backtest.hit, decide_above)
    right = 1 - wrong / decided if decided else 0.0
    st.html(
        f'<p class="mr-says" role="status">On mail like this it decides <b>{decided * 10:.0f} in 10</b> by itself, '
        f"and is right on <b>{right * 100:.0f} of 100</b> of those.</p>"
    )
    st.caption(f"Counted {result.where}: {len(backtest.hit):,} of them.")


def draw_nothing_measured() -> None:
    """What the page shows before there is a model."""
    st.html(
        '<div class="mr-empty"><b>How good it is will be here</b> as soon as the model has been trained, which takes '
        "about a minute at the first start. Reload this page then.</div>"
    )
