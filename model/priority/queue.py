"""The order in which mail is answered, by the Apparent Tardiness Cost, and the reason in words."""

from collections.abc import Sequence
from datetime import datetime
from heapq import heappop, heappush

import numpy as np

from data.mail import QueueItem
from data.taxonomy import Category, Taxonomy
from model.wording import percent, time_left

LOOK_AHEAD = 10.0
"""Look-ahead parameter of the cost, in answers. On simulated days of too much mail 10 kept every P1 and P2 in time;
with less, more P3 were late, and some P2, with more, more P4, and by more hours.
"""

NO_ANSWER_WEIGHT = 1e-9
"""Weight of mail that needs no answer; not 0, for its logarithm."""

ANSWER_MINUTES = 6.0
"""Minutes that an answer takes, unless told otherwise."""


def order_by_cost(
    items: Sequence[QueueItem], now: datetime, taxonomy: Taxonomy, minutes: float = ANSWER_MINUTES
) -> list[QueueItem]:
    """The items, most urgent first: by tardiness cost, due time and id; those that need no answer come last.

    :param minutes: that an answer takes.
    """
    left = np.array([(item.respond_by - now).total_seconds() / 60 for item in items])
    cost = tardiness_cost(lateness_weights(items, taxonomy), left, minutes)
    done = np.array([not needs_answer(item, taxonomy) for item in items], dtype=bool)
    ids = np.array([item.id for item in items])
    return [items[i] for i in np.lexsort((ids, left, -cost, done))]


def tardiness_cost(weight: np.ndarray, left: np.ndarray, minutes: float, ahead: float = LOOK_AHEAD) -> np.ndarray:
    """The logarithm of the Apparent Tardiness Cost (Vepsalainen & Morton, 1987), n; the highest is answered first.

    :param weight: n, the cost of an hour of tardiness, above 0.
    :param left: n, minutes until the answer is due, negative where it is overdue.
    :param minutes: that an answer takes. Raises ValueError unless it is above 0.
    """
    if minutes <= 0:
        raise ValueError(f"An answer takes {minutes} minutes: give a number above 0.")
    return np.log(weight / minutes) - np.maximum(0, left - minutes) / (ahead * minutes)


def lateness_weights(items: Sequence[QueueItem], taxonomy: Taxonomy) -> np.ndarray:
    """The expected cost of an hour of tardiness, n, as category and priority may be wrong.

    A weight is the slowest response time of all divided by that of the item's priority, and NO_ANSWER_WEIGHT for mail
    that needs no answer. What a person confirmed has confidence 1.
    """
    pairs = {(item.category, item.priority) for item in items}
    weights = {pair: _weight(taxonomy.category(pair[0]), pair[1], taxonomy) for pair in pairs}
    own, middle = np.array([weights[item.category, item.priority] for item in items]).reshape(-1, 2).T
    return expected_weight(own, middle, np.array([1.0 if item.answered else item.confidence for item in items]))


def expected_weight(own: np.ndarray, middle: np.ndarray, sure: np.ndarray) -> np.ndarray:
    """The mean of an item's own weight and that of the middle priority, by its confidence (`sure`), n each."""
    return sure * own + (1 - sure) * middle


class TardinessQueue:
    """A priority queue in the order of tardiness cost at any later time, at log n an operation.

    The order among emails with time left never changes, nor that among late ones: each has a heap, and an email moves
    to the other when it can no longer be answered in time.
    """

    def __init__(self, due: np.ndarray, weight: np.ndarray, answer_seconds: int, ahead: float = LOOK_AHEAD) -> None:
        """An empty queue for emails with these due times and weights, n each; times in whole seconds."""
        self._due, self._weight = due.tolist(), np.log(weight).tolist()
        self._answer_seconds, self._scale = answer_seconds, ahead * answer_seconds
        self._early: list[tuple[float, int, int]] = []
        self._late: list[tuple[float, int, int]] = []
        self._latest_starts: list[tuple[int, int]] = []
        self._not_early = [False] * len(due)

    def add(self, i: int) -> None:
        """Add email number i."""
        heappush(self._early, (self._due[i] / self._scale - self._weight[i], self._due[i], i))
        heappush(self._latest_starts, (self._due[i] - self._answer_seconds, i))

    def take(self, now: int) -> int:
        """Remove the email with the highest cost and return its number; at a tie the one due first."""
        self._move_late(now)
        time_term = (now + self._answer_seconds) / self._scale
        if not self._early or (self._late and self._late[0] < (self._early[0][0] - time_term, *self._early[0][1:])):
            return heappop(self._late)[2]
        i = heappop(self._early)[2]
        self._not_early[i] = True
        return i

    def _move_late(self, now: int) -> None:
        while self._latest_starts and self._latest_starts[0][0] <= now:
            i = heappop(self._latest_starts)[1]
            if not self._not_early[i]:
                self._not_early[i] = True
                heappush(self._late, (-self._weight[i], self._due[i], i))
        while self._early and self._not_early[self._early[0][2]]:
            heappop(self._early)


def needs_answer(item: QueueItem, taxonomy: Taxonomy) -> bool:
    """Whether somebody has to answer it, or to confirm that nobody has to."""
    return taxonomy.category(item.category).needs_answer or not item.settled


def queue_reason(item: QueueItem, now: datetime, taxonomy: Taxonomy, decide_above: float) -> str:
    """Why an item stands where it stands, in one line of plain text."""
    if not needs_answer(item, taxonomy):
        return "no answer needed"
    left = (item.respond_by - now).total_seconds() / 60
    when = f"breaches in {time_left(left)}" if left >= 0 else f"breached {time_left(-left)} ago"
    facts = [item.priority_reason or item.priority]
    if (item.customers_affected or 0) > 1:
        facts.append(f"{item.customers_affected:,} customers affected")
    if not item.settled:
        facts.append(_doubt(item, taxonomy, decide_above))
    return f"{when}; {', '.join(facts)}"


def _weight(category: Category, priority: str, taxonomy: Taxonomy) -> tuple[float, float]:
    """The weights of a priority and of the middle one, which is also taken for an unknown priority."""
    level = taxonomy.priorities.middle
    slowest = max(target.answer for one in taxonomy.categories.values() for target in one.targets.values())
    middle = slowest / category.targets[taxonomy.priorities.matrix[level][level]].answer
    if not category.needs_answer:
        return NO_ANSWER_WEIGHT, middle
    return (slowest / category.targets[priority].answer if priority in category.targets else middle), middle


def _doubt(item: QueueItem, taxonomy: Taxonomy, decide_above: float) -> str:
    """A mail can be held back for other causes than its confidence, which then says nothing."""
    if 0 < item.confidence < decide_above:
        return f"only {percent(item.confidence)} sure it is {taxonomy.category(item.category).name}"
    return "a person should say which team"
