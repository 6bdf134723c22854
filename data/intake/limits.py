"""What reading one message may cost."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Where reading stops: bytes of the message, MIME parts, levels of them, seconds spent on finding them.

    `html` counts characters of markup, `text` and `lines` are of plain text; `clock` is what the seconds are read from.
    """

    bytes: int = 25_000_000
    parts: int = 200
    nesting: int = 20
    seconds: float = 2.0
    html: int = 1_000_000
    text: int = 500_000
    lines: int = 20_000
    clock: Callable[[], float] = monotonic
