"""How good: accuracy, macro-F1 and calibration error, each with a 95 % interval over groups of look-alikes."""

from collections.abc import Callable, Sequence

import numpy as np

from data.corpus import Example
from model.artifact import Interval, Scores
from model.calibration import expected_error

ROUNDS = 500


def scores(
    examples: Sequence[Example], categories: Sequence[str], probabilities: np.ndarray, groups: np.ndarray
) -> Scores:
    """Score out-of-fold probabilities (n x k, columns as in `categories`).

    In accuracy and calibration an email's second defensible category counts as right.
    """
    right = defensible(examples, categories, probabilities)
    confidence = probabilities.max(axis=1)
    guess = probabilities.argmax(axis=1)
    truth = np.array([list(categories).index(example.category) for example in examples])
    return Scores(
        accuracy=interval(lambda i: right[i].mean(), groups),
        macro_f1=interval(lambda i: macro_f1(truth[i], guess[i], len(categories)), groups),
        calibration_error=interval(lambda i: expected_error(confidence[i], right[i]), groups),
    )


def defensible(examples: Sequence[Example], categories: Sequence[str], probabilities: np.ndarray) -> np.ndarray:
    """Whether each guess is the email's category or its second defensible one."""
    guesses = [categories[i] for i in probabilities.argmax(axis=1)]
    return np.array([guess == e.category or guess in e.also for guess, e in zip(guesses, examples, strict=True)])


def share_right(guess: np.ndarray, truth: Sequence[str]) -> float | None:
    """How many guesses are right; None where there is one truth only, which anybody could guess."""
    return float(np.mean(guess == np.array(truth))) if len(set(truth)) > 1 else None


def macro_f1(truth: np.ndarray, guess: np.ndarray, count: int) -> float:
    """Mean F1 over the categories that occur in `truth` or `guess` (both column numbers below `count`)."""
    hit = np.bincount(truth[truth == guess], minlength=count)
    either = np.bincount(truth, minlength=count) + np.bincount(guess, minlength=count)
    return float((2 * hit[either > 0] / either[either > 0]).mean())


def interval(statistic: Callable[[np.ndarray], float], groups: np.ndarray, seed: int = 0) -> Interval:
    """A statistic of item indices, with the percentile interval of a bootstrap over whole groups (Efron, 1979)."""
    members = np.split(np.argsort(groups, kind="stable"), np.cumsum(np.bincount(groups))[:-1])
    random = np.random.default_rng(seed)
    draws = (random.integers(len(members), size=len(members)) for _ in range(ROUNDS))
    values = [statistic(np.concatenate([members[i] for i in draw])) for draw in draws]
    low, high = np.quantile(values, [0.025, 0.975])
    return Interval(value=statistic(np.arange(len(groups))), low=low, high=high)


def automation(
    examples: Sequence[Example], categories: Sequence[str], probabilities: np.ndarray, above: float
) -> tuple[float, float]:
    """What a threshold on confidence does: the share decided by machine, and the share right among those."""
    decided = probabilities.max(axis=1) >= above
    right = defensible(examples, categories, probabilities)
    return float(decided.mean()), float(right[decided].mean()) if decided.any() else 0.0
