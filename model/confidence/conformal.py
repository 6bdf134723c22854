"""Split conformal prediction: a shortlist of categories that holds the right one at the promised coverage."""

import numpy as np

PROMISED_COVERAGE = 0.9


def fit_least_share(
    probabilities: np.ndarray, right: np.ndarray, groups: np.ndarray, promise: float = PROMISED_COVERAGE
) -> float:
    """The probability from which on a category is on the shortlist, fitted on held-out emails.

    A group of near-duplicates counts as one email, its members' scores pooled (Dunn, Wasserman & Ramdas, 2023).

    :param probabilities: n x k.
    :param right: n x k, whether a category counts as right; an email with none is left out.
    :param groups: n group numbers.
    :param promise: the coverage.
    """
    fits = right.any(axis=1)
    best = np.where(right, probabilities, 0.0).max(axis=1)[fits]
    _, group, size = np.unique(groups[fits], return_inverse=True, return_counts=True)
    order = np.argsort(-best)
    count = len(size)
    coverage = np.cumsum(1 / size[group[order]]) / count
    level = min(promise * (1 + 1 / count), 1.0)
    return float(best[order][min(np.searchsorted(coverage, level - 1e-12), len(best) - 1)])


def shortlists(probabilities: np.ndarray, least_share: float) -> np.ndarray:
    """Which categories are on each email's shortlist, n x k: those with that probability or more, and the likeliest."""
    return (probabilities >= least_share) | (probabilities == probabilities.max(axis=1, keepdims=True))
