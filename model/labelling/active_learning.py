"""Active learning: which emails are most useful to label next."""

from collections.abc import Sequence

import numpy as np

from model.text.normalize import tokens

LEAST_CERTAIN_EMAILS = 600
"""How many of the least certain emails are chosen from; with many more, the surer ones outweigh them by number."""


def margins(scores: np.ndarray) -> np.ndarray:
    """The probability of each email's likeliest category minus that of the second: n x k probabilities in, n out."""
    if scores.shape[1] < 2:
        return np.ones(len(scores))
    top = np.partition(scores, -2, axis=1)
    return top[:, -1] - top[:, -2]


def teaching_order(scores: np.ndarray, texts: Sequence[str], just_labelled: Sequence[str], count: int) -> list[int]:
    """Positions of the `count` emails to label next, the best first.

    Filtered active submodular selection (Wei, Iyer & Bilmes, 2015): the greatest gain in facility location over the
    least certain emails, weighted by 1 - margin (Scheffer et al., 2001), with cosine similarity. Emails like those just
    labelled or already chosen are covered by them, and so come late.
    :param scores: probabilities, n x k, of the n `texts`.
    """
    margin = margins(scores)
    pool = np.argsort(margin, kind="stable")[:LEAST_CERTAIN_EMAILS]
    if not len(pool):
        return []
    vectors = _tfidf([*(texts[i] for i in pool), *just_labelled])
    similarity = (vectors[: len(pool)] @ vectors.T).toarray()
    covered = similarity[:, len(pool) :].max(axis=1, initial=0.0)
    similarity, uncertainty, chosen = similarity[:, : len(pool)], 1 - margin[pool], []
    for _ in range(min(count, len(pool))):
        gain = uncertainty @ np.maximum(similarity - covered[:, None], 0)
        gain[chosen] = -1
        chosen.append(int(np.argmax(gain)))
        covered = np.maximum(covered, similarity[:, chosen[-1]])
    return pool[chosen].tolist()


def most_confused_pair(scores: np.ndarray, categories: Sequence[str]) -> tuple[str, str] | None:
    """The two categories with the greatest sum of products of their probabilities, n x k in; None for no emails."""
    if not len(scores):
        return None
    confusion = np.triu(scores.T @ scores, k=1)
    one, other = np.unravel_index(int(confusion.argmax()), confusion.shape)
    return categories[one], categories[other]


def _tfidf(texts: Sequence[str]):
    """Binary TF-IDF rows of length 1, n x the number of words."""
    from scipy.sparse import csr_array, diags_array

    words = [set(tokens(text)) or {""} for text in texts]
    column = {word: i for i, word in enumerate(sorted(set().union(*words)))}
    indices = np.array([column[word] for one in words for word in sorted(one)])
    starts = np.cumsum([0, *map(len, words)])
    binary = csr_array((np.ones(len(indices)), indices, starts), shape=(len(texts), len(column)))
    rarity = np.log(1 + len(texts) / binary.sum(axis=0))
    weighted = binary @ diags_array(rarity)
    return diags_array(1 / np.sqrt((weighted.multiply(weighted)).sum(axis=1))) @ weighted
