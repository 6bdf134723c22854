"""Metrics of held-out predictions, with 95 % intervals from a bootstrap over groups of near-duplicates."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from data.corpus import Example
from model.confidence.calibration import expected_error
from model.confidence.conformal import PROMISED_COVERAGE, shortlists
from model.confidence.limits import Limits
from model.evaluation.held_out import HeldOutPredictions
from model.evaluation.reports import Interval, PartAccuracy, Scores, ShortlistCoverage

BOOTSTRAP_SAMPLES = 500
SUREST_SHARE = 0.6


def compute_scores(predictions: HeldOutPredictions) -> Scores:
    """The scores on the emails that fit a category. F1 counts the labelled category alone as right."""
    inside = predictions.inside
    hit, confidence, truth, guess = inside.hit, inside.confidence, inside.truth, inside.guess
    count = len(inside.categories)
    return Scores(
        emails=len(hit),
        accuracy=bootstrap_interval(lambda i: hit[i].mean(), inside.group),
        surest=bootstrap_interval(lambda i: accuracy_of_surest(confidence[i], hit[i]), inside.group),
        macro_f1=bootstrap_interval(lambda i: macro_f1(truth[i], guess[i], count), inside.group),
        calibration_error=bootstrap_interval(lambda i: expected_error(confidence[i], hit[i]), inside.group),
    )


def accuracy_of_surest(confidence: np.ndarray, hit: np.ndarray, share: float = SUREST_SHARE) -> float:
    """The accuracy on that share of the emails which has the highest confidence."""
    most = np.argsort(-confidence, kind="stable")[: max(1, int(share * len(hit)))]
    return float(hit[most].mean())


def accuracy_by_part(
    predictions: HeldOutPredictions, part: Callable[[Example], str], min_emails: int = 1
) -> list[PartAccuracy]:
    """The accuracy on each part of the emails that fit a category; parts with fewer emails are left out."""
    inside = predictions.inside
    names = np.array([part(example) for example in inside.examples])
    counts = zip(*np.unique(names, return_counts=True), strict=True)
    return [_part_accuracy(str(name), inside.only(names == name)) for name, count in counts if count >= min_emails]


def _part_accuracy(name: str, part: HeldOutPredictions) -> PartAccuracy:
    hit = part.hit
    return PartAccuracy(name=name, emails=len(hit), right=bootstrap_interval(lambda i: hit[i].mean(), part.group))


def shortlist_coverage(predictions: HeldOutPredictions, least_share: float) -> ShortlistCoverage:
    """The coverage and mean length of shortlists of the categories with at least that probability."""
    inside = predictions.inside
    listed = shortlists(inside.scores, least_share)
    covered = (listed & inside.right).any(axis=1)
    return ShortlistCoverage(
        promised=PROMISED_COVERAGE,
        held=bootstrap_interval(lambda i: covered[i].mean(), inside.group),
        length=float(listed.sum(axis=1).mean()),
    )


def automation(predictions: HeldOutPredictions, limits: Limits) -> tuple[float, float]:
    """The share of the emails that the machine decides at these limits, and its accuracy on them."""
    decided = predictions.decided(limits)
    return float(decided.mean()), float(predictions.hit[decided].mean()) if decided.any() else 0.0


def calibration_curve(confidence: np.ndarray, hit: np.ndarray, bins: int = 10) -> list[tuple[float, float, int]]:
    """Mean confidence, accuracy and count of emails in bins of equal count, the least confident first.

    The calibration error is summed from these bins. scikit-learn's `calibration_curve` gives no counts, and its bins
    differ by an email.
    """
    parts = np.array_split(np.argsort(confidence, kind="stable"), bins)
    return [(float(confidence[part].mean()), float(hit[part].mean()), len(part)) for part in parts if len(part)]


def confusion_matrix(predictions: HeldOutPredictions) -> np.ndarray:
    """How many emails of each category (rows) were predicted as each (columns), k x k; `also` counts as right."""
    inside = predictions.inside
    predicted = np.where(inside.hit, inside.truth, inside.guess)
    count = len(inside.categories)
    return np.bincount(inside.truth * count + predicted, minlength=count**2).reshape(count, count)


def accuracy_if_informative(guess: np.ndarray, truth: Sequence[str]) -> float | None:
    """The share of guesses that are right; None where the truth is always the same, and so is no test."""
    return float(np.mean(guess == np.array(truth))) if len(set(truth)) > 1 else None


def macro_f1(truth: np.ndarray, guess: np.ndarray, count: int) -> float:
    """Mean F1 over the categories that occur in `truth`; both are n column numbers below `count`.

    The same as scikit-learn's `f1_score`, which takes some ms a call, and 500 calls for an interval.
    """
    hit = np.bincount(truth[truth == guess], minlength=count)
    true, guessed = np.bincount(truth, minlength=count), np.bincount(guess, minlength=count)
    return float((2 * hit / np.maximum(true + guessed, 1))[true > 0].mean())


def bootstrap_interval(statistic: Callable[[np.ndarray], float], groups: np.ndarray, seed: int = 0) -> Interval:
    """A statistic of item indices, with the 95 % percentile interval of a bootstrap over whole groups (Efron, 1979)."""
    values = [statistic(sample) for sample in bootstrap_samples(groups, seed)]
    low, high = np.quantile(values, [0.025, 0.975])
    return Interval(value=statistic(np.arange(len(groups))), low=low, high=high)


def bootstrap_samples(groups: np.ndarray, seed: int) -> Iterator[np.ndarray]:
    """ROUNDS samples of items: as many groups as there are, drawn with replacement, each with all its members."""
    order = np.argsort(groups, kind="stable")
    _, first, size = np.unique(groups[order], return_index=True, return_counts=True)
    random = np.random.default_rng(seed)
    for _ in range(BOOTSTRAP_SAMPLES):
        drawn = random.integers(len(first), size=len(first))
        sizes = size[drawn]
        within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        yield order[np.repeat(first[drawn], sizes) + within]
