"""Keeps look-alikes together: families and near-duplicates, which must never straddle a split."""

from collections.abc import Sequence

import numpy as np

NEAR_DUPLICATE = 0.5
"""Jaccard similarity of character 5-grams from which two texts count as the same."""

UNKNOWN_INDUSTRIES = ("", "general")

_BLOCK = 64


def duplicate_groups(texts: Sequence[str], families: Sequence[str]) -> np.ndarray:
    """A group number for each text: one group for a family ("" is none) and all its near-duplicates."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    left, right = near_duplicates(texts)
    first = {family: i for i, family in reversed(list(enumerate(families))) if family}
    tied = [(i, first[family]) for i, family in enumerate(families) if family]
    left = np.concatenate([left, np.array([i for i, _ in tied], dtype=int)])
    right = np.concatenate([right, np.array([j for _, j in tied], dtype=int)])
    edges = coo_array((np.ones(len(left)), (left, right)), shape=(len(texts), len(texts)))
    return connected_components(edges, directed=False)[1]


def near_duplicates(texts: Sequence[str], least: float = NEAR_DUPLICATE) -> tuple[np.ndarray, np.ndarray]:
    """All pairs i > j of texts whose character 5-grams are alike by `least` or more, as two index arrays."""
    from sklearn.feature_extraction.text import CountVectorizer

    padded = [f"{text.strip():_<5}" for text in texts]
    options = {"analyzer": "char", "ngram_range": (5, 5), "binary": True, "dtype": np.float32}
    grams = CountVectorizer(**options).fit_transform(padded)
    by_gram, sizes = grams.T.tocsr(), np.asarray(grams.sum(axis=1)).ravel()
    pairs = [_alike(grams, by_gram, sizes, start, least) for start in range(0, len(texts), _BLOCK)]
    return tuple(np.concatenate(side) for side in zip(*pairs, strict=True))


def grouped_folds(truth: np.ndarray, group: np.ndarray, count: int, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Train and test indices of each fold: categories spread evenly, groups kept whole.

    Raises ValueError when a category has fewer groups than there are folds.
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
    """Train and test indices of each fold: the industries of its test part, and look-alikes, are not trained on.

    Emails whose industry is not known are spread by their groups of look-alikes, and so are all of them where there are
    fewer industries than folds.
    """
    from sklearn.model_selection import GroupKFold

    known = ~np.isin(industry, UNKNOWN_INDUSTRIES)
    of = np.where(known, industry, np.char.add("group ", group.astype(str)))
    if len(np.unique(of)) < count:
        of = group
    splits = GroupKFold(count).split(of, groups=of)
    return [(train[~np.isin(group[train], group[test])], test) for train, test in splits]


def _alike(grams, by_gram, sizes: np.ndarray, start: int, least: float) -> tuple[np.ndarray, np.ndarray]:
    block = slice(start, start + _BLOCK)
    shared = (grams[block] @ by_gram).toarray()
    alike = shared >= least * (sizes[block, None] + sizes[None] - shared)
    rows, columns = np.nonzero(np.tril(alike, k=start - 1))
    return rows + start, columns
