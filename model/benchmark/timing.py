"""Times work, piece by piece."""

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import TypeVar

Piece = TypeVar("Piece")


def seconds_each(work: Callable[[Piece], object], pieces: Sequence[Piece]) -> list[float]:
    """Seconds that each piece of work took."""
    seconds = []
    for piece in pieces:
        started = perf_counter()
        work(piece)
        seconds.append(perf_counter() - started)
    return seconds
