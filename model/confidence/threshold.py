"""The confidence threshold: what a team's week costs at each setting, and the lowest one with a bounded error rate."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

THRESHOLDS = tuple(round(0.30 + 0.01 * i, 2) for i in range(70))
"""All settings, from deciding most to deciding least."""

CONFIDENCE_LEVEL = 0.95
START_SHARES = (0.05, 0.15, 0.3, 0.5, 0.7)
"""Shares of the mail: each test series starts at the highest setting that decides at least that share."""


@dataclass(frozen=True, slots=True)
class TeamCosts:
    """Emails a week, minutes that a person takes to sort one, and the costs of an hour and of a misrouted email."""

    volume: float
    minutes: float
    hour: float
    misrouted: float


@dataclass(frozen=True, slots=True)
class WeekOutcome:
    """A week at a threshold: shares of all mail decided and decided wrongly; errors, people's minutes and money."""

    threshold: float
    share: float
    wrong: float
    errors: float
    minutes: float
    money: float

    @property
    def right(self) -> float:
        """The accuracy on what the machine decides."""
        return 1 - self.wrong / self.share if self.share else 0.0


def week_at(sure: np.ndarray, hit: np.ndarray, costs: TeamCosts, threshold: float) -> WeekOutcome:
    """A week at one threshold, if its mail is like the n emails.

    :param sure: n, the confidence, 0 where a person is asked at any threshold.
    :param hit: n, whether the prediction is right.
    """
    return week_costs(threshold, *shares_decided(sure, hit, threshold), costs)


def week_at_each_threshold(sure: np.ndarray, hit: np.ndarray, costs: TeamCosts) -> list[WeekOutcome]:
    """A week at each of THRESHOLDS."""
    return [week_at(sure, hit, costs, threshold) for threshold in THRESHOLDS]


def shares_decided(sure: np.ndarray, hit: np.ndarray, threshold: float) -> tuple[float, float]:
    """The share of all mail that the machine decides, and the share of all mail that it decides wrongly."""
    decided = sure >= threshold
    return float(decided.mean()), float((decided & ~hit).mean())


def week_costs(threshold: float, share: float, wrong: float, costs: TeamCosts) -> WeekOutcome:
    """A week at a threshold, by the shares decided and decided wrongly there."""
    minutes = costs.volume * (1 - share) * costs.minutes
    errors = costs.volume * wrong
    return WeekOutcome(threshold, share, wrong, errors, minutes, minutes / 60 * costs.hour + errors * costs.misrouted)


def cheapest_week(all_weeks: Sequence[WeekOutcome]) -> WeekOutcome:
    """The week that costs least; among equals the one with the highest threshold."""
    return min(all_weeks, key=lambda week: (week.money, -week.threshold))


def boldest_safe_threshold(sure: np.ndarray, hit: np.ndarray, group: np.ndarray, max_error_rate: float) -> float | None:
    """The lowest threshold whose error rate on what is decided is below the limit with 95 % confidence, or None.

    Learn then Test (Angelopoulos et al., 2021): settings are tested from the highest down, each by its Clopper-Pearson
    bound, until one fails; the error probability is divided among one such series for each of START_SHARES.

    :param group: n, numbers of groups of near-duplicates, of which one email each counts.
    """
    _, first = np.unique(group, return_index=True)
    sure, hit = sure[first], hit[first]
    if not len(sure):
        return None
    passed = [threshold for start in _starts(sure) for threshold in _passing(sure, hit, max_error_rate, start)]
    return min(passed, default=None)


def clopper_pearson_bound(wrong: int, count: int, chance: float) -> float:
    """The upper confidence bound of an error rate, which the true rate exceeds with at most that chance (1934)."""
    from scipy.special import betaincinv

    return 1.0 if wrong >= count else float(betaincinv(wrong + 1, count - wrong, 1 - chance))


def _starts(sure: np.ndarray) -> set[int]:
    """Positions in THRESHOLDS at which series start."""
    shares = [float((sure >= threshold).mean()) for threshold in THRESHOLDS]
    return {max((i for i, share in enumerate(shares) if share >= minimum), default=0) for minimum in START_SHARES}


def _passing(sure: np.ndarray, hit: np.ndarray, max_error_rate: float, start: int) -> Iterator[float]:
    """The thresholds of one series, from the highest down, before the first that fails."""
    chance = (1 - CONFIDENCE_LEVEL) / len(START_SHARES)
    for threshold in reversed(THRESHOLDS[: start + 1]):
        decided = sure >= threshold
        wrong = int((decided & ~hit).sum())
        if clopper_pearson_bound(wrong, int(decided.sum()), chance) > max_error_rate:
            return
        yield threshold
