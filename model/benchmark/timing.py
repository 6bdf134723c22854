"""Wall-clock times of repeated calls."""

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import TypeVar

TimedItem = TypeVar("TimedItem")


def seconds_each(work: Callable[[TimedItem], object], items: Sequence[TimedItem]) -> list[float]:
    """The seconds that each call of `work` with an item takes."""
    seconds = []
    for item in items:
        started = perf_counter()
        work(item)
        seconds.append(perf_counter() - started)
    return seconds
