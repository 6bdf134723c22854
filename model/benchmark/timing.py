"""Times work, piece by piece."""

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import TypeVar

TimedItem = TypeVar("TimedItem")


def seconds_each(work: Callable[[TimedItem], object], pieces: Sequence[TimedItem]) -> list[float]:
    """Seconds that each piece of work took."""
    seconds = []
    for piece in pieces:
        started = perf_counter()
        work(piece)
        seconds.append(perf_counter() - started)
    return seconds
