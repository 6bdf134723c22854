"""Careful or bold: what a threshold on confidence does to a desk's week, and which one can be promised to be safe."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

THRESHOLDS = tuple(round(0.30 + 0.01 * i, 2) for i in range(70))
"""All settings of the dial, from the boldest to the most careful."""

CONFIDENCE_LEVEL = 0.95
START_SHARES = (0.05, 0.15, 0.3, 0.5, 0.7)
"""A series begins with the most careful setting that decides so much of the mail."""


@dataclass(frozen=True, slots=True)
class TeamCosts:
    """A desk's week: emails, minutes that a person takes to sort one, and what an hour and a misrouted email cost."""

    volume: float
    minutes: float
    hour: float
    misrouted: float


@dataclass(frozen=True, slots=True)
class WeekOutcome:
    """What comes of a threshold: shares of all mail, and errors, people's minutes and money in a week."""

    threshold: float
    share: float
    wrong: float
    errors: float
    minutes: float
    money: float

    @property
    def right(self) -> float:
        """The share right of what the machine decides."""
        return 1 - self.wrong / self.share if self.share else 0.0


def week_at(sure: np.ndarray, hit: np.ndarray, desk: TeamCosts, threshold: float) -> WeekOutcome:
    """A week at one threshold, if the mail is like that of the evidence.

    :param sure: n, the confidence of each email, 0 where a person is asked whatever the threshold.
    :param hit: n, whether the machine would be right.
    """
    return week_costs(threshold, *shares_decided(sure, hit, threshold), desk)


def week_at_each_threshold(sure: np.ndarray, hit: np.ndarray, desk: TeamCosts) -> list[WeekOutcome]:
    """A week at each setting of the dial."""
    return [week_at(sure, hit, desk, threshold) for threshold in THRESHOLDS]


def shares_decided(sure: np.ndarray, hit: np.ndarray, threshold: float) -> tuple[float, float]:
    """The share of mail that is decided by machine, and the share that is decided wrongly, of all mail both."""
    decided = sure >= threshold
    return float(decided.mean()), float((decided & ~hit).mean())


def week_costs(threshold: float, share: float, wrong: float, desk: TeamCosts) -> WeekOutcome:
    """A week of that outcome."""
    minutes = desk.volume * (1 - share) * desk.minutes
    errors = desk.volume * wrong
    return WeekOutcome(threshold, share, wrong, errors, minutes, minutes / 60 * desk.hour + errors * desk.misrouted)


def cheapest_week(all_weeks: Sequence[WeekOutcome]) -> WeekOutcome:
    """The week that costs least; among equals the most careful."""
    return min(all_weeks, key=lambda one: (one.money, -one.threshold))


def boldest_safe_threshold(sure: np.ndarray, hit: np.ndarray, group: np.ndarray, limit: float) -> float | None:
    """The lowest threshold whose error rate on what is decided is below the limit with 95 % certainty, or None.

    Settings are tested from careful to bold, each by the Clopper-Pearson bound, and a series ends with the first that
    fails; the chance of any false promise is shared out over the series, one for each of STARTS (Learn then Test:
    Angelopoulos et al., 2021, fixed sequence testing with several starts). Of a group of look-alikes one email counts.
    """
    _, one_each = np.unique(group, return_index=True)
    sure, hit = sure[one_each], hit[one_each]
    if not len(sure):
        return None
    passed = [threshold for start in _starts(sure) for threshold in _passing(sure, hit, limit, start)]
    return min(passed, default=None)


def clopper_pearson_bound(wrong: int, count: int, chance: float) -> float:
    """The error rate that is exceeded with no more than that chance (Clopper & Pearson, 1934)."""
    from scipy.special import betaincinv

    return 1.0 if wrong >= count else float(betaincinv(wrong + 1, count - wrong, 1 - chance))


def _starts(sure: np.ndarray) -> set[int]:
    """The settings that series begin with: the most careful one that decides each of these shares of mail."""
    shares = [float((sure >= threshold).mean()) for threshold in THRESHOLDS]
    return {max((i for i, share in enumerate(shares) if share >= least), default=0) for least in START_SHARES}


def _passing(sure: np.ndarray, hit: np.ndarray, limit: float, start: int) -> Iterator[float]:
    for threshold in reversed(THRESHOLDS[: start + 1]):
        decided = sure >= threshold
        if (
            clopper_pearson_bound(
                int((decided & ~hit).sum()), int(decided.sum()), (1 - CONFIDENCE_LEVEL) / len(START_SHARES)
            )
            > limit
        ):
            return
        yield threshold
