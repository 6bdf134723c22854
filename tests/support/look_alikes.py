"""Look-alikes across two lists of texts, in a fraction of the time that all pairs of both lists would take."""

from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer

BLOCK = 256


def look_alikes(some: Sequence[str], others: Sequence[str], least: float) -> list[tuple[int, int]]:
    """Pairs (i, j) of some[i] and others[j] whose character 5-grams have a Jaccard similarity of `least` or more.

    The same as `near_duplicates` of both lists together, without the pairs within a list.
    """
    options = {"analyzer": "char", "ngram_range": (5, 5), "binary": True, "dtype": np.float32}
    grams = CountVectorizer(**options).fit_transform(f"{text.strip():_<5}" for text in [*some, *others])
    sizes = np.asarray(grams.sum(axis=1)).ravel()
    by_gram, size_of_other, pairs = grams[len(some) :].T.tocsr(), sizes[len(some) :], []
    for start in range(0, len(some), BLOCK):
        rows = slice(start, min(start + BLOCK, len(some)))
        shared = (grams[rows] @ by_gram).tocoo()
        union = sizes[rows][shared.row] + size_of_other[shared.col] - shared.data
        alike = shared.data >= least * union
        pairs += zip((shared.row[alike] + start).tolist(), shared.col[alike].tolist(), strict=True)
    return pairs
