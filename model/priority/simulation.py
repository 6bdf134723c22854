"""What an order saves: the same mail answered as it came, and by the cost of waiting, by the same people."""

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
from model.priority.queue import LOOK_AHEAD, TardinessQueue, lateness_weights, needs_answer

MAX_UTILIZATION = 0.85
"""The share of their time that people answer mail, at most."""

WORKING_DAY = timedelta(hours=8)
"""A working day."""

ONE_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class ShiftSimulation:
    """Mail answered in both orders, by priority: how many, how many too late, and the median minutes to an answer.

    People work around the clock, one mail at a time, and whoever is free takes what is first of what has come; office
    hours are left out. The cost of waiting can let more mail be late in all, where that keeps what weighs more in time.
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
        """How many mails were answered."""
        return sum(self.mail.values())

    @property
    def avoided(self) -> int:
        """How many breaches fewer there are by cost than by arrival; negative where there are more."""
        return sum(self.breached_by_arrival.values()) - sum(self.breached_by_cost.values())


def simulate_shift(lines: Sequence[QueueItem], people: int, minutes: float, taxonomy: Taxonomy) -> ShiftSimulation:
    """Let people answer the mail in both orders. Raises ValueError for no people, and for answers of no second."""
    takes = round(minutes * 60)
    if people < 1 or takes < 1:
        raise ValueError(f"{people} people, {minutes} minutes an answer: give at least 1 person and 1 second.")
    work = sorted(emails_to_answer(lines, taxonomy), key=lambda line: line.id)
    at, due = _times(work)
    priority = [line.priority for line in work]
    arrival = answer_times_by_arrival(at, people, takes)
    cost = answer_times_by_cost(at, due, lateness_weights(work, taxonomy), people, takes)
    return ShiftSimulation(
        people,
        minutes,
        _by_priority(priority, np.ones(len(work), bool)),
        _by_priority(priority, arrival > due),
        _by_priority(priority, cost > due),
        _medians(priority, (arrival - at) / 60),
        _medians(priority, (cost - at) / 60),
    )


def emails_to_answer(lines: Sequence[QueueItem], taxonomy: Taxonomy) -> list[QueueItem]:
    """The lines that are work for somebody."""
    return [line for line in lines if needs_answer(line, taxonomy)]


def people_needed(lines: Sequence[QueueItem], minutes: float) -> int:
    """The fewest people who keep up with lines that are all work, and are busy 85 % of the time between first and last.

    Mail that came in a burst needs no more than get through it in a working day.
    """
    if not lines:
        return 1
    came = [line.at for line in lines]
    time = max((max(came) - min(came)) * MAX_UTILIZATION, WORKING_DAY)
    return max(1, ceil(len(lines) * timedelta(minutes=minutes) / time))


def answer_times_by_arrival(at: np.ndarray, people: int, takes: int) -> np.ndarray:
    """When each mail is answered if the first to come is the first to be answered, n.

    :param at: n, when it came, like `takes` in whole seconds.
    """
    done = np.empty(len(at), dtype=int)
    free = [0] * people
    for turn, i in enumerate(np.argsort(at, kind="stable")):
        done[i] = free[turn % people] = max(at[i], free[turn % people]) + takes
    return done


def answer_times_by_cost(
    at: np.ndarray, due: np.ndarray, weight: np.ndarray, people: int, takes: int, ahead: float = LOOK_AHEAD
) -> np.ndarray:
    """When each mail is answered, n, if whoever is free takes what costs most by then, among what has come.

    :param at: n, when it came, like `due` and `takes` in whole seconds.
    :param weight: n, what being late costs by the hour, above 0.
    """
    waiting = TardinessQueue(due, weight, takes, ahead)
    coming = [(int(at[i]), int(i)) for i in np.argsort(-at, kind="stable")]
    done, free, now = np.empty(len(at), dtype=int), [0] * people, 0
    for taken in range(len(at)):
        now = max(now, heappop(free))
        if taken + len(coming) == len(at):  # nothing waits
            now = max(now, coming[-1][0])
        while coming and coming[-1][0] <= now:
            waiting.add(coming.pop()[1])
        i = waiting.take(now)
        done[i] = now + takes
        heappush(free, now + takes)
    return done


def _times(lines: Sequence[QueueItem]) -> tuple[np.ndarray, np.ndarray]:
    """When lines came and are due, n each, in whole seconds from the first: exact, so that in time is in time."""
    first = min((line.at for line in lines), default=None)
    columns = (
        [(line.at - first) // ONE_SECOND for line in lines],
        [(line.respond_by - first) // ONE_SECOND for line in lines],
    )
    return tuple(np.array(column, dtype=int) for column in columns)


def _by_priority(priority: Sequence[str], counts: np.ndarray) -> dict[str, int]:
    """How many count, of each priority that there is."""
    found = Counter(dict.fromkeys(sorted(priority), 0))
    found.update(name for name, one in zip(priority, counts, strict=True) if one)
    return dict(found)


def _medians(priority: Sequence[str], minutes: np.ndarray) -> dict[str, float]:
    names = np.array(priority)
    return {name: median(minutes[names == name].tolist()) for name in sorted(set(priority))}
