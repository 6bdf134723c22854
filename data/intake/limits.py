"""Limits on reading one message."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Limits at which reading a message stops; the standard library's parser has none: hostile
    mail makes it take quadratic time, or raise.

    `bytes` of the message, MIME `parts` and levels of `nesting`, `seconds` for parsing by `clock`; characters of HTML
    markup (`html`) and of plain text (`text`), and `lines` of it.
    """

    bytes: int = 25_000_000
    parts: int = 200
    nesting: int = 20
    seconds: float = 2.0
    html: int = 1_000_000
    text: int = 500_000
    lines: int = 20_000
    clock: Callable[[], float] = monotonic
