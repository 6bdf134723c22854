"""How unlike the training mail a text is: other languages, other topics, no words at all."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FAMILIAR_QUANTILE = 0.05


@dataclass(frozen=True, slots=True)
class Familiar:
    """What is known of the training mail: one mean direction a category, and how close mail usually lies to one.

    `centroids` k x features, each of length 1; `close` the similarity that all but 5 % of unseen mail reach;
    `vocabulary` the single words.
    """

    centroids: np.ndarray
    close: float
    vocabulary: frozenset[str]

    def novelty(self, close: np.ndarray, known: np.ndarray) -> np.ndarray:
        """0 for known words close to some category, up to 1 for neither; `close` as from `similarity`."""
        return 1 - known * np.minimum(1, close / self.close)


def known_shares(found: Sequence[list[str]], vocabulary: frozenset[str]) -> np.ndarray:
    """The share of each text's words that were seen in training; 0 where there are none."""
    return np.array([_share(one, vocabulary) for one in found])


def similarity(x, centroids: np.ndarray) -> np.ndarray:
    """Cosine of each row to the nearest centroid."""
    length = np.sqrt(np.asarray(x.multiply(x).sum(axis=1)).ravel())
    return np.asarray(x @ centroids.T).max(axis=1) / np.maximum(length, 1e-12)


def centroids(x, truth: np.ndarray) -> np.ndarray:
    """The mean of each category's rows, scaled to length 1, in the order of the sorted categories."""
    means = np.vstack([np.asarray(x[truth == c].mean(axis=0)).ravel() for c in np.unique(truth)])
    return means / np.linalg.norm(means, axis=1, keepdims=True)


def vocabulary(features) -> frozenset[str]:
    """The single words of a fitted union."""
    return frozenset(word for word in features.transformer_list[0][1].vocabulary_ if " " not in word)


def _share(found: list[str], vocabulary: frozenset[str]) -> float:
    return sum(word in vocabulary for word in found) / len(found) if found else 0.0
