"""How far people who labelled the same emails agree, beyond what chance alone would do."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from model.evaluate import ROUNDS
from model.report import Interval


@dataclass(frozen=True, slots=True)
class Said:
    """The category that one person gave to one email; at most one per email and person."""

    email_id: str
    by: str
    category: str


@dataclass(frozen=True, slots=True)
class CategoryAgreement:
    """Alpha of "this category or not"; `emails` counts those that somebody gave the category to."""

    category: str
    emails: int
    alpha: Interval | None


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Cohen's kappa of two people, on the emails that both labelled."""

    first: str
    second: str
    emails: int
    kappa: Interval | None


@dataclass(frozen=True, slots=True)
class Confusion:
    """The number of emails that were given both categories, by different people."""

    first: str
    second: str
    emails: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """What is known of agreement from the `emails` that two or more labelled; on the share `unanimous`, all agree.

    A coefficient is 1 where all agree, 0 where they agree as often as by chance, and None where it would tell nothing:
    of one email, or where all always said the same. Intervals of fewer than ten emails are too narrow (Hughes, 2022).
    """

    emails: int
    unanimous: float
    alpha: Interval | None
    categories: tuple[CategoryAgreement, ...]
    pairs: tuple[PairAgreement, ...]
    confusions: tuple[Confusion, ...]


def agreement(said: Sequence[Said], categories: Sequence[str], seed: int = 0) -> Agreement | None:
    """The agreement on emails that two or more labelled, None where there is none; other emails play no part.

    There is a row for each of `categories`, in their order; one that is not among them counts over all, without a row.
    Pairs of people are in the order of their names, confusions the most frequent first.
    """
    emails = _labelled_twice(said)
    if not emails:
        return None
    tallies = [Counter(answers.values()) for answers in emails]
    names = [*categories, *sorted(set().union(*tallies) - set(categories))]
    counts = np.array([[tally[name] for name in names] for tally in tallies])
    drawn = _draws(len(emails), seed)
    return Agreement(
        emails=len(emails),
        unanimous=sum(len(tally) == 1 for tally in tallies) / len(emails),
        alpha=_alpha(counts, drawn),
        categories=tuple(_of_category(*row, counts, drawn) for row in zip(categories, counts.T, strict=False)),
        pairs=tuple(_pairs(emails, seed)),
        confusions=_confusions(tallies),
    )


def _labelled_twice(said: Sequence[Said]) -> list[dict[str, str]]:
    """Who gave which category, for each email that two or more labelled, in the order of their ids."""
    answers: dict[str, dict[str, str]] = {}
    for one in said:
        answers.setdefault(one.email_id, {})[one.by] = one.category
    return [given for _, given in sorted(answers.items()) if len(given) > 1]


def _of_category(name: str, given: np.ndarray, counts: np.ndarray, drawn: np.ndarray) -> CategoryAgreement:
    or_not = np.stack([given, counts.sum(axis=1) - given], axis=1)
    return CategoryAgreement(name, int(np.count_nonzero(given)), _alpha(or_not, drawn))


def _pairs(emails: list[dict[str, str]], seed: int) -> Iterator[PairAgreement]:
    for first, second in combinations(sorted(set().union(*emails)), 2):
        both = [(given[first], given[second]) for given in emails if first in given and second in given]
        if both:
            yield PairAgreement(first, second, len(both), _kappa(both, seed))


def _confusions(tallies: list[Counter[str]]) -> tuple[Confusion, ...]:
    emails = Counter(pair for tally in tallies for pair in combinations(sorted(tally), 2))
    return tuple(Confusion(*pair, emails[pair]) for pair in sorted(emails, key=lambda pair: (-emails[pair], pair)))


def _alpha(counts: np.ndarray, drawn: np.ndarray) -> Interval | None:
    """Krippendorff's alpha for nominal data (Krippendorff, 2011), of n x k counts of who said what of each email."""
    if len(counts) < 2 or np.count_nonzero(counts.any(axis=0)) < 2:
        return None
    from krippendorff import alpha

    people, said = counts.sum(axis=1, keepdims=True), drawn @ counts
    total = said.sum(axis=1, keepdims=True)
    observed = drawn @ (counts * (people - counts) / (people - 1)).sum(axis=1)
    expected = (said * (total - said) / (total - 1)).sum(axis=1)
    return _interval(alpha(value_counts=counts, level_of_measurement="nominal"), observed, expected)


def _kappa(both: list[tuple[str, str]], seed: int) -> Interval | None:
    """Cohen's kappa (Cohen, 1960), of the categories that two people gave, n x 2."""
    names, given = np.unique(both, return_inverse=True)
    if len(both) < 2 or len(names) < 2:
        return None
    from sklearn.metrics import cohen_kappa_score

    drawn = _draws(len(both), seed)
    first, second = (drawn @ np.eye(len(names))[one] for one in given.T)
    expected = len(both) - (first * second).sum(axis=1) / len(both)
    return _interval(cohen_kappa_score(*given.T), drawn @ (given[:, 0] != given[:, 1]), expected)


def _draws(n: int, seed: int) -> np.ndarray:
    """How often each of n emails is drawn in each round of a bootstrap over emails (Efron, 1979), ROUNDS x n."""
    return np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=ROUNDS).astype(float)


def _interval(value: float, observed: np.ndarray, expected: np.ndarray) -> Interval:
    """The percentile interval of 1 - observed / expected disagreement, one number a round each; it holds the value."""
    # Where a round drew one category only, 0: left out, two emails that are agreed on would give certainty, 1 to 1.
    rounds = 1 - np.divide(observed, expected, out=np.ones_like(observed), where=expected > 0)
    low, high = np.quantile(rounds, [0.025, 0.975])
    return Interval(value=value, low=min(low, value), high=max(high, value))
