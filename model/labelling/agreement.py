"""How far people agree who labelled the same emails, by chance-corrected measures with their intervals."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from data.schema import Label
from model.evaluation.reports import Interval

ROUNDS = 500

LabelCounts = np.ndarray
"""How many people said each of k categories of each of n emails, n x k."""


@dataclass(frozen=True, slots=True)
class Kappa:
    """Two people on the emails that both labelled; `kappa` is None where both always say the same one category."""

    people: tuple[str, str]
    emails: int
    agreed: float
    kappa: Interval | None


@dataclass(frozen=True, slots=True)
class ByCategory:
    """One category against the rest: on how many emails somebody said it, and Krippendorff's alpha."""

    emails: int
    alpha: Interval | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """What is known of agreement: `alpha` is Krippendorff's, over all and of each category against the rest.

    `emails` were labelled by two people or more; `agreed` is the share on which all of them say the same. An alpha is
    None where only one category was said, which tells nothing. `confused` are pairs of categories that two people gave
    to one email, the most frequent first.
    """

    emails: int
    agreed: float
    alpha: Interval | None
    by_category: dict[str, ByCategory]
    pairs: list[Kappa]
    confused: list[tuple[tuple[str, str], int]]


def measure_agreement(labels: Sequence[Label], seed: int = 0) -> Agreement | None:
    """Of the labels that stand; what somebody settled afterwards is left out. None where no two people met."""
    said: dict[str, dict[str, str]] = defaultdict(dict)
    for one in labels:
        if one.kind == "label":
            said[one.email_id][one.by] = one.category
    shared = [answers for _, answers in sorted(said.items()) if len(answers) > 1]
    if not shared:
        return None
    keys = sorted({category for answers in shared for category in answers.values()})
    table = np.array([[list(answers.values()).count(key) for key in keys] for answers in shared])
    return Agreement(
        emails=len(shared),
        agreed=float((table.max(axis=1) == table.sum(axis=1)).mean()),
        alpha=agreement_interval(krippendorff_alpha, table, seed),
        by_category={key: _category(table, i, seed) for i, key in enumerate(keys)},
        pairs=[_pair(*people, shared, keys, seed) for people in _met(shared)],
        confused=_confused(shared),
    )


def krippendorff_alpha(table: LabelCounts) -> float:
    """Krippendorff's alpha for nominal data (Krippendorff, 2011); NaN where only one category was said."""
    import krippendorff

    if np.count_nonzero(table.sum(axis=0)) < 2:
        return np.nan
    return float(krippendorff.alpha(value_counts=table, level_of_measurement="nominal"))


def cohen_kappa(table: LabelCounts) -> float:
    """Cohen's kappa (1960) of a contingency table k x k of two people; NaN where only one category was said."""
    shares = table / table.sum()
    chance = float(shares.sum(axis=0) @ shares.sum(axis=1))
    return (float(np.trace(shares)) - chance) / (1 - chance) if chance < 1 else np.nan


def agreement_interval(statistic: Callable[[LabelCounts], float], table: LabelCounts, seed: int) -> Interval | None:
    """A statistic of rows, with the percentile interval of a bootstrap over emails; None where it is undefined.

    A round in which it is undefined counts as 0, chance: it would be false certainty to pass it over.
    """
    value = statistic(table)
    if np.isnan(value) or len(table) < 2:
        return None
    random = np.random.default_rng(seed)
    draws = (table[random.integers(len(table), size=len(table))] for _ in range(ROUNDS))
    low, high = np.quantile(np.nan_to_num([statistic(draw) for draw in draws]), [0.025, 0.975])
    return Interval(value=value, low=float(low), high=float(high))


def _category(table: LabelCounts, column: int, seed: int) -> ByCategory:
    said = table[:, column]
    against_rest = np.column_stack([said, table.sum(axis=1) - said])
    return ByCategory(int((said > 0).sum()), agreement_interval(krippendorff_alpha, against_rest, seed))


def _met(shared: Sequence[dict[str, str]]) -> Iterator[tuple[str, str]]:
    yield from sorted({pair for answers in shared for pair in combinations(sorted(answers), 2)})


def _pair(one: str, other: str, shared: Sequence[dict[str, str]], keys: Sequence[str], seed: int) -> Kappa:
    both = [(keys.index(a[one]), keys.index(a[other])) for a in shared if one in a and other in a]
    codes = np.array([i * len(keys) + j for i, j in both])[:, None]

    def of(drawn: np.ndarray) -> float:
        return cohen_kappa(np.bincount(drawn.ravel(), minlength=len(keys) ** 2).reshape(len(keys), len(keys)))

    return Kappa(
        (one, other), len(both), float(np.mean([i == j for i, j in both])), agreement_interval(of, codes, seed)
    )


def _confused(shared: Sequence[dict[str, str]]) -> list[tuple[tuple[str, str], int]]:
    counts = Counter(pair for answers in shared for pair in combinations(sorted(set(answers.values())), 2))
    return counts.most_common()
