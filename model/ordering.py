"""Which emails teach most: the least certain ones, and among them such as are unlike what was just labelled."""

from collections.abc import Sequence

import numpy as np

from model.features import words

LOOKED_AT = 2_000
"""The least certain emails, among which unlike ones are looked for."""


def margins(scores: np.ndarray) -> np.ndarray:
    """How far the likeliest category of each email is ahead of the second, n x k probabilities in, n out."""
    if scores.shape[1] < 2:
        return np.ones(len(scores))
    top = np.partition(scores, -2, axis=1)
    return top[:, -1] - top[:, -2]


def teaching_order(scores: np.ndarray, texts: Sequence[str], just: Sequence[str], count: int) -> list[int]:
    """The `count` emails to label next, the best first: each time the greatest margin uncertainty x unlikeness.

    Uncertainty is 1 - margin (Scheffer et al., 2001); unlikeness 1 - the greatest cosine similarity to what was `just`
    labelled and to those that were chosen already, so that look-alikes do not follow each other.
    :param scores: probabilities, n x k, of the n `texts`.
    """
    margin = margins(scores)
    pool = np.argsort(margin, kind="stable")[:LOOKED_AT]
    if not len(pool):
        return []
    vectors = _vectors([*(texts[i] for i in pool), *just])
    ours, theirs = vectors[: len(pool)], vectors[len(pool) :]
    nearest = (ours @ theirs.T).max(axis=1).toarray().ravel() if len(just) else np.zeros(len(pool))
    left, chosen = 1 - margin[pool], []
    for _ in range(min(count, len(pool))):
        best = int(np.argmax(left * (1 - nearest)))
        chosen.append(int(pool[best]))
        nearest = np.maximum(nearest, (ours @ ours[[best]].T).toarray().ravel())
        left[best] = -1
        nearest[best] = 0
    return chosen


def _vectors(texts: Sequence[str]):
    """Which words each text has, rare ones weighing more, as rows of length 1: n x the number of words."""
    from scipy.sparse import csr_array, diags_array

    found = [set(words(text)) or {""} for text in texts]
    column = {word: i for i, word in enumerate(sorted(set().union(*found)))}
    indices = np.array([column[word] for one in found for word in sorted(one)])
    starts = np.cumsum([0, *map(len, found)])
    binary = csr_array((np.ones(len(indices)), indices, starts), shape=(len(texts), len(column)))
    rarity = np.log(1 + len(texts) / binary.sum(axis=0))
    weighted = binary @ diags_array(rarity)
    return diags_array(1 / np.sqrt((weighted.multiply(weighted)).sum(axis=1))) @ weighted
