"""Simulation of a shift: the same mail answered by the same people in order of arrival and of tardiness cost."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from heapq import heappop, heappush
from math import ceil
from statistics import median

import numpy as np

from data.mail import QueueItem
from data.taxonomy import Taxonomy
from data.working_hours import WorkingHours
from model.priority.calendar import is_open, working_seconds
from model.priority.queue import LOOK_AHEAD, TardinessQueue, lateness_weights, needs_answer

MAX_UTILIZATION = 0.85
"""The greatest share of their time in which people answer mail."""

WORKING_DAY = timedelta(hours=8)
ONE_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class ShiftSimulation:
    """Emails answered in both orders, by priority: how many, how many too late, and the median minutes to an answer.

    Everybody works in the desk's hours, on one email at a time; what comes outside them and cannot wait is left to
    whoever is on call. Tardiness cost can make more emails late in all, where that keeps those of more weight in time.
    """

    people: int
    minutes: float
    mail: dict[str, int]
    breached_by_arrival: dict[str, int]
    breached_by_cost: dict[str, int]
    wait_by_arrival: dict[str, float]
    wait_by_cost: dict[str, float]

    @property
    def answered(self) -> int:
        """How many emails were answered."""
        return sum(self.mail.values())

    @property
    def avoided(self) -> int:
        """How many breaches fewer there are by cost than by arrival; negative where there are more."""
        return sum(self.breached_by_arrival.values()) - sum(self.breached_by_cost.values())


def simulate_shift(items: Sequence[QueueItem], people: int, minutes: float, taxonomy: Taxonomy) -> ShiftSimulation:
    """Simulate both orders. Raises ValueError unless there is at least 1 person, and 1 second an answer."""
    answer_seconds = round(minutes * 60)
    if people < 1 or answer_seconds < 1:
        raise ValueError(f"{people} people, {minutes} minutes an answer: give at least 1 person and 1 second.")
    work = sorted(emails_to_answer(items, taxonomy), key=lambda item: item.id)
    at, due = _times(work, taxonomy.desk_hours)
    priority = [item.priority for item in work]
    arrival = answer_times_by_arrival(at, people, answer_seconds)
    cost = answer_times_by_cost(at, due, lateness_weights(work, taxonomy), people, answer_seconds)
    return ShiftSimulation(
        people,
        minutes,
        _by_priority(priority, np.ones(len(work), bool)),
        _by_priority(priority, arrival > due),
        _by_priority(priority, cost > due),
        _medians(priority, (arrival - at) / 60),
        _medians(priority, (cost - at) / 60),
    )


def emails_to_answer(items: Sequence[QueueItem], taxonomy: Taxonomy) -> list[QueueItem]:
    """The items that somebody at the desk has to answer or confirm."""
    return [item for item in items if needs_answer(item, taxonomy) and not _is_on_call(item, taxonomy.desk_hours)]


def _is_on_call(item: QueueItem, hours: WorkingHours) -> bool:
    """Whether an item came while the desk was closed and is due before it opens."""
    return item.priority in hours.around_the_clock and not is_open(item.at, hours)


def people_needed(items: Sequence[QueueItem], minutes: float, hours: WorkingHours) -> int:
    """The fewest people who answer all items between the first arrival and the last while busy 85 % of the time.

    Where that is less than a working day, they have a working day.
    """
    if not items:
        return 1
    worked = int(working_seconds([item.at for item in items], hours).max())
    time = max(worked * MAX_UTILIZATION, WORKING_DAY.total_seconds())
    return max(1, ceil(round(len(items) * minutes * 60 / time, 9)))


def answer_times_by_arrival(at: np.ndarray, people: int, answer_seconds: int) -> np.ndarray:
    """When each email is answered in order of arrival, n.

    :param at: n, arrival times; all times are in whole seconds.
    """
    done = np.empty(len(at), dtype=int)
    free = [0] * people
    for turn, i in enumerate(np.argsort(at, kind="stable")):
        done[i] = free[turn % people] = max(at[i], free[turn % people]) + answer_seconds
    return done


def answer_times_by_cost(
    at: np.ndarray, due: np.ndarray, weight: np.ndarray, people: int, answer_seconds: int, ahead: float = LOOK_AHEAD
) -> np.ndarray:
    """When each email is answered, n, if whoever is free takes the one with the highest tardiness cost at that time.

    :param at: n, arrival times; all times are in whole seconds.
    :param weight: n, the cost of an hour of tardiness, above 0.
    """
    waiting = TardinessQueue(due, weight, answer_seconds, ahead)
    arriving = [(int(at[i]), int(i)) for i in np.argsort(-at, kind="stable")]
    done, free, now = np.empty(len(at), dtype=int), [0] * people, 0
    for taken in range(len(at)):
        now = max(now, heappop(free))
        if taken + len(arriving) == len(at):  # nothing waits
            now = max(now, arriving[-1][0])
        while arriving and arriving[-1][0] <= now:
            waiting.add(arriving.pop()[1])
        i = waiting.take(now)
        done[i] = now + answer_seconds
        heappush(free, now + answer_seconds)
    return done


def _times(items: Sequence[QueueItem], hours: WorkingHours) -> tuple[np.ndarray, np.ndarray]:
    """Arrival and due times, n each, in whole seconds of working time: exact, so that in time stays in time."""
    moments = [item.at for item in items]
    late = [item.respond_by + (item.at - item.respond_by) % ONE_SECOND for item in items]
    at, due = np.split(working_seconds([*moments, *late], hours), 2) if items else (np.zeros(0, int),) * 2
    return at, due


def _by_priority(priority: Sequence[str], counts: np.ndarray) -> dict[str, int]:
    """How many emails of each priority are to be counted."""
    totals = Counter(dict.fromkeys(sorted(priority), 0))
    totals.update(name for name, one in zip(priority, counts, strict=True) if one)
    return dict(totals)


def _medians(priority: Sequence[str], minutes: np.ndarray) -> dict[str, float]:
    names = np.array(priority)
    return {name: median(minutes[names == name].tolist()) for name in sorted(set(priority))}
