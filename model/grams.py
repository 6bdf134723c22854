"""Counts the n-grams of all texts once, so that every fold can weigh them anew without reading the texts again."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, diags_array, hstack
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import normalize

from model.features import LEAST_TEXTS, N_GRAMS


@dataclass(frozen=True, slots=True)
class Grams:
    """Which n-grams each text holds: for each kind a matrix (texts x n-grams) of zeros and ones, and their names."""

    holds: list[csr_array]
    names: list[np.ndarray]

    def features(self, train: np.ndarray, *wanted: np.ndarray) -> list[csr_array]:
        """TF-IDF rows of each set of wanted texts, as `features.union()` fitted on the training texts makes them."""
        weights = [_idf(holds[train]) for holds in self.holds]
        return [
            hstack([_weighed(h[rows], w) for h, w in zip(self.holds, weights, strict=True)], format="csr")
            for rows in wanted
        ]

    def vocabulary(self, train: np.ndarray) -> frozenset[str]:
        """The single words that would be learned from the training texts."""
        kept = self.names[0][_idf(self.holds[0][train]) > 0]
        return frozenset(name for name in kept.tolist() if " " not in name)


def grams(texts: Sequence[str]) -> Grams:
    """Count the n-grams of all texts."""
    holds, names = [], []
    for n_grams in N_GRAMS.values():
        counts = CountVectorizer(**n_grams, binary=True, dtype=np.float64)
        holds.append(csr_array(counts.fit_transform(texts)))
        names.append(counts.get_feature_names_out())
    return Grams(holds, names)


def _idf(holds: csr_array) -> np.ndarray:
    """Smooth inverse document frequency as in TfidfTransformer; 0 for an n-gram that too few texts hold."""
    texts = np.bincount(holds.indices, minlength=holds.shape[1])
    return np.where(texts >= LEAST_TEXTS, np.log((1 + holds.shape[0]) / (1 + texts)) + 1, 0.0)


def _weighed(holds: csr_array, idf: np.ndarray) -> csr_array:
    kept = np.flatnonzero(idf)
    return normalize(holds[:, kept] @ diags_array(idf[kept]))
