"""The shortlist: a set of categories that holds the right one as often as was promised (split conformal)."""

import numpy as np

PROMISED_COVERAGE = 0.9


def fit_least_share(
    probabilities: np.ndarray, right: np.ndarray, groups: np.ndarray, promise: float = PROMISED_COVERAGE
) -> float:
    """The share from which a category belongs on the shortlist, from mail that the model had not learned from.

    A group of look-alikes counts as one email, its members' scores pooled (Dunn, Wasserman & Ramdas, 2023).

    :param probabilities: n x k.
    :param right: n x k, whether a category counts as right; an email with none is left out.
    :param groups: n group numbers.
    """
    some = right.any(axis=1)
    best = np.where(right, probabilities, 0.0).max(axis=1)[some]
    _, group, size = np.unique(groups[some], return_inverse=True, return_counts=True)
    order = np.argsort(-best)
    count = len(size)
    reached = np.cumsum(1 / size[group[order]]) / count
    level = min(promise * (1 + 1 / count), 1.0)
    return float(best[order][min(np.searchsorted(reached, level - 1e-12), len(best) - 1)])


def shortlists(probabilities: np.ndarray, least: float) -> np.ndarray:
    """Which categories are on each email's shortlist, n x k: those that reach the share, and always the likeliest."""
    return (probabilities >= least) | (probabilities == probabilities.max(axis=1, keepdims=True))
