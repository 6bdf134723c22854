"""Which emails teach most: among the least certain, those that stand for many, unlike what was just labelled."""

from collections.abc import Sequence

import numpy as np

from model.text.normalize import tokens

LOOKED_AT = 600
"""The least certain emails, among which is chosen; with many more, the surer ones outweigh them by their number."""


def margins(scores: np.ndarray) -> np.ndarray:
    """How far the likeliest category of each email is ahead of the second, n x k probabilities in, n out."""
    if scores.shape[1] < 2:
        return np.ones(len(scores))
    top = np.partition(scores, -2, axis=1)
    return top[:, -1] - top[:, -2]


def teaching_order(scores: np.ndarray, texts: Sequence[str], just: Sequence[str], count: int) -> list[int]:
    """The `count` emails to label next, the best first: each stands for the most uncertainty not yet stood for.

    Filtered active submodular selection (Wei, Iyer & Bilmes, 2015): the greatest gain in facility location over the
    least certain emails, each weighing 1 - margin (Scheffer et al., 2001). Similarity is cosine; what was `just`
    labelled and what was chosen already stand for their look-alikes, which therefore do not follow them.
    :param scores: probabilities, n x k, of the n `texts`.
    """
    margin = margins(scores)
    pool = np.argsort(margin, kind="stable")[:LOOKED_AT]
    if not len(pool):
        return []
    vectors = _vectors([*(texts[i] for i in pool), *just])
    alike = (vectors[: len(pool)] @ vectors.T).toarray()
    stood_for = alike[:, len(pool) :].max(axis=1, initial=0.0)
    alike, uncertainty, chosen = alike[:, : len(pool)], 1 - margin[pool], []
    for _ in range(min(count, len(pool))):
        gain = uncertainty @ np.maximum(alike - stood_for[:, None], 0)
        gain[chosen] = -1
        chosen.append(int(np.argmax(gain)))
        stood_for = np.maximum(stood_for, alike[:, chosen[-1]])
    return pool[chosen].tolist()


def _vectors(texts: Sequence[str]):
    """Which words each text has, rare ones weighing more, as rows of length 1: n x the number of words."""
    from scipy.sparse import csr_array, diags_array

    found = [set(tokens(text)) or {""} for text in texts]
    column = {word: i for i, word in enumerate(sorted(set().union(*found)))}
    indices = np.array([column[word] for one in found for word in sorted(one)])
    starts = np.cumsum([0, *map(len, found)])
    binary = csr_array((np.ones(len(indices)), indices, starts), shape=(len(texts), len(column)))
    rarity = np.log(1 + len(texts) / binary.sum(axis=0))
    weighted = binary @ diags_array(rarity)
    return diags_array(1 / np.sqrt((weighted.multiply(weighted)).sum(axis=1))) @ weighted
