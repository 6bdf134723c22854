"""What to answer first: the mail whose waiting costs most, whenever it came, and a line of words on why."""

from collections.abc import Sequence
from datetime import datetime
from heapq import heappop, heappush

import numpy as np

from data.mail import QueueItem
from data.taxonomy import Category, Taxonomy
from model.wording import percent

LOOK_AHEAD = 10.0
"""How many answers ahead the order looks. On simulated days of too much mail 10 kept every P1 and P2 in time; a shorter
look mostly lets more P3 be late, and some P2, a longer one more P4 and by more hours.
"""

NO_ANSWER_WEIGHT = 1e-9
ANSWER_MINUTES = 6.0
"""What an answer takes, where nothing better is known."""


def order_by_cost(
    lines: Sequence[QueueItem], now: datetime, taxonomy: Taxonomy, minutes: float = ANSWER_MINUTES
) -> list[QueueItem]:
    """The lines, most urgent first: by `cost`, then by what is due first, then by id; at the end what needs no answer.

    :param minutes: what an answer takes.
    """
    left = np.array([(line.respond_by - now).total_seconds() / 60 for line in lines])
    index = tardiness_cost(lateness_weights(lines, taxonomy), left, minutes)
    done = np.array([not needs_answer(line, taxonomy) for line in lines], dtype=bool)
    ids = np.array([line.id for line in lines])
    return [lines[i] for i in np.lexsort((ids, left, -index, done))]


def tardiness_cost(weight: np.ndarray, left: np.ndarray, minutes: float, ahead: float = LOOK_AHEAD) -> np.ndarray:
    """The logarithm of the Apparent Tardiness Cost (Vepsalainen & Morton, 1987), n; the highest is answered first.

    :param weight: n, what being late costs by the hour, above 0.
    :param left: n, minutes to breach, negative where it is past.
    :param minutes: what an answer takes, each about as long. Raises ValueError unless it is above 0.
    """
    if minutes <= 0:
        raise ValueError(f"An answer takes {minutes} minutes: give a number above 0.")
    return np.log(weight / minutes) - np.maximum(0, left - minutes) / (ahead * minutes)


def lateness_weights(lines: Sequence[QueueItem], taxonomy: Taxonomy) -> np.ndarray:
    """What being late costs by the hour, n: in expectation, as the priority may be wrong where its category may be.

    A priority weighs as many times more as its answer is promised sooner than the slowest one; mail that needs no
    answer weighs next to nothing. What a person confirmed is sure.
    """
    pairs = {(line.category, line.priority) for line in lines}
    given = {pair: _weight(taxonomy.category(pair[0]), pair[1], taxonomy) for pair in pairs}
    own, middle = np.array([given[line.category, line.priority] for line in lines]).reshape(-1, 2).T
    return expected_weight(own, middle, np.array([1.0 if line.answered else line.confidence for line in lines]))


def expected_weight(own: np.ndarray, middle: np.ndarray, sure: np.ndarray) -> np.ndarray:
    """The weight as it was read where that is right, and of the middling priority where it is not, n."""
    return sure * own + (1 - sure) * middle


class TardinessQueue:
    """The same order of what has come while time goes by: log n a mail.

    Among mail with time left nobody overtakes, nor among mail without: each has a heap, and a mail changes over when
    its time is up.
    """

    def __init__(self, due: np.ndarray, weight: np.ndarray, takes: int, ahead: float = LOOK_AHEAD) -> None:
        """Nothing has come yet of the mail with that due time and weight, n each; times in whole seconds."""
        self._due, self._weight = due.tolist(), np.log(weight).tolist()
        self._takes, self._scale = takes, ahead * takes
        self._early: list[tuple[float, int, int]] = []
        self._late: list[tuple[float, int, int]] = []
        self._latest: list[tuple[int, int]] = []
        self._not_early = [False] * len(due)

    def add(self, i: int) -> None:
        """Let a mail come."""
        heappush(self._early, (self._due[i] / self._scale - self._weight[i], self._due[i], i))
        heappush(self._latest, (self._due[i] - self._takes, i))

    def take(self, now: int) -> int:
        """Remove what costs most and return it; among equals what is due first, then the lowest."""
        self._change_over(now)
        gone = (now + self._takes) / self._scale
        if not self._early or (self._late and self._late[0] < (self._early[0][0] - gone, *self._early[0][1:])):
            return heappop(self._late)[2]
        i = heappop(self._early)[2]
        self._not_early[i] = True
        return i

    def _change_over(self, now: int) -> None:
        while self._latest and self._latest[0][0] <= now:
            i = heappop(self._latest)[1]
            if not self._not_early[i]:
                self._not_early[i] = True
                heappush(self._late, (-self._weight[i], self._due[i], i))
        while self._early and self._not_early[self._early[0][2]]:
            heappop(self._early)


def needs_answer(line: QueueItem, taxonomy: Taxonomy) -> bool:
    """Whether somebody has to look at it: also where a machine only guesses that nobody has to."""
    return taxonomy.category(line.category).needs_answer or not line.settled


def queue_reason(line: QueueItem, now: datetime, taxonomy: Taxonomy, decide_above: float) -> str:
    """Why a mail stands where it stands, in one line of plain text."""
    if not needs_answer(line, taxonomy):
        return "no answer needed"
    left = (line.respond_by - now).total_seconds() / 60
    when = f"breaches in {_stretch(left)}" if left >= 0 else f"breached {_stretch(-left)} ago"
    facts = [line.priority_reason or line.priority]
    if (line.customers_affected or 0) > 1:
        facts.append(f"{line.customers_affected:,} customers affected")
    if not line.settled:
        facts.append(_doubt(line, taxonomy, decide_above))
    return f"{when}; {', '.join(facts)}"


def _weight(category: Category, priority: str, taxonomy: Taxonomy) -> tuple[float, float]:
    """The weight of a priority, and of the middling one, which also stands for one that is no longer known."""
    level = taxonomy.priorities.middle
    slowest = max(target.answer for one in taxonomy.categories.values() for target in one.targets.values())
    middle = slowest / category.targets[taxonomy.priorities.matrix[level][level]].answer
    if not category.needs_answer:
        return NO_ANSWER_WEIGHT, middle
    return (slowest / category.targets[priority].answer if priority in category.targets else middle), middle


def _doubt(line: QueueItem, taxonomy: Taxonomy, decide_above: float) -> str:
    """A mail can be held back for other causes than its confidence, which then says nothing."""
    if 0 < line.confidence < decide_above:
        return f"only {percent(line.confidence)} sure it is {taxonomy.category(line.category).name}"
    return "a person should say which team"


def _stretch(minutes: float) -> str:
    if round(minutes) < 120:
        return f"{max(1, round(minutes))} min"
    return f"{minutes / 60:.0f} h" if minutes < 24 * 60 else f"{minutes / 60 / 24:,.0f} d"
