"""Splits that keep families and near-duplicates on one side."""

from collections.abc import Sequence

import numpy as np

NEAR_DUPLICATE_SIMILARITY = 0.5
"""Jaccard similarity of character 5-grams from which on two texts are near-duplicates."""

UNKNOWN_INDUSTRIES = ("", "general")

_BLOCK_ROWS = 64


def duplicate_groups(texts: Sequence[str], families: Sequence[str]) -> np.ndarray:
    """A group number for each text: a family ("" is none) and all its near-duplicates are one group."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    left, right = near_duplicates(texts)
    first = {family: i for i, family in reversed(list(enumerate(families))) if family}
    tied = [(i, first[family]) for i, family in enumerate(families) if family]
    left = np.concatenate([left, np.array([i for i, _ in tied], dtype=int)])
    right = np.concatenate([right, np.array([j for _, j in tied], dtype=int)])
    edges = coo_array((np.ones(len(left)), (left, right)), shape=(len(texts), len(texts)))
    return connected_components(edges, directed=False)[1]


def near_duplicates(texts: Sequence[str], least: float = NEAR_DUPLICATE_SIMILARITY) -> tuple[np.ndarray, np.ndarray]:
    """All pairs i > j of texts whose character 5-grams have a similarity of `least` or more, as two index arrays."""
    from sklearn.feature_extraction.text import CountVectorizer

    padded = [f"{text.strip():_<5}" for text in texts]
    options = {"analyzer": "char", "ngram_range": (5, 5), "binary": True, "dtype": np.float32}
    grams = CountVectorizer(**options).fit_transform(padded)
    by_gram, sizes = grams.T.tocsr(), np.asarray(grams.sum(axis=1)).ravel()
    pairs = [_similar_pairs(grams, by_gram, sizes, start, least) for start in range(0, len(texts), _BLOCK_ROWS)]
    return tuple(np.concatenate(side) for side in zip(*pairs, strict=True))


def grouped_folds(truth: np.ndarray, group: np.ndarray, count: int, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Train and test indices of each fold, stratified by category, with groups kept whole.

    Raises ValueError where a category has fewer groups than there are folds.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    if len(np.unique(truth)) < 2:
        raise ValueError(f"There is one category only, {truth[0]}: add emails of another one.")
    for category in np.unique(truth):
        have = len(np.unique(group[truth == category]))
        if have < count:
            raise ValueError(
                f"Category {category} has {have} separate examples, and {count} are the least that can be "
                "learnt from: add some, or take the category out."
            )
    splitter = StratifiedGroupKFold(count, shuffle=True, random_state=seed)
    return list(splitter.split(truth, truth, group))


def industry_folds(industry: np.ndarray, group: np.ndarray, count: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Train and test indices of each fold, with whole industries and groups of near-duplicates kept together.

    Emails of unknown industry are split by group, and so are all emails where there are fewer industries than folds.
    """
    from sklearn.model_selection import GroupKFold

    known = ~np.isin(industry, UNKNOWN_INDUSTRIES)
    unit = np.where(known, industry, np.char.add("group ", group.astype(str)))
    if len(np.unique(unit)) < count:
        unit = group
    splits = GroupKFold(count).split(unit, groups=unit)
    return [(train[~np.isin(group[train], group[test])], test) for train, test in splits]


def _similar_pairs(grams, by_gram, sizes: np.ndarray, start: int, least: float) -> tuple[np.ndarray, np.ndarray]:
    block = slice(start, start + _BLOCK_ROWS)
    shared = (grams[block] @ by_gram).toarray()
    similar = shared >= least * (sizes[block, None] + sizes[None] - shared)
    rows, columns = np.nonzero(np.tril(similar, k=start - 1))
    return rows + start, columns
