"""How long to wait until the next try: exponential back-off with full jitter (Brooker, AWS blog, 2015)."""

import random
from collections.abc import Callable
from dataclasses import dataclass

DOUBLINGS = 30
"""More of them than any ceiling leaves room for; without a limit the power would outgrow a float."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Seconds drawn between `least` and a ceiling that begins at `first` and doubles by failure up to `most`."""

    first: float = 1
    most: float = 300
    least: float = 0

    def ceiling(self, failures: int) -> float:
        """The longest wait after so many failures in a row, 1 or more."""
        return max(self.least, min(self.most, self.first * 2 ** min(failures - 1, DOUBLINGS)))

    def wait(self, failures: int, draw: Callable[[float, float], float] = random.uniform) -> float:
        """How long to wait after so many failures in a row."""
        return draw(self.least, self.ceiling(failures))


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds of a watch: how long it idles at a stretch, and between looks where a server tells no news; its beats."""

    idle: float = 60
    poll: float = 30
    beat: float = 10
    settled: float = 60
    """After so long without trouble, earlier failures count no longer."""
    usual: Backoff = Backoff()
    refused: Backoff = Backoff(first=60, least=30)
    """After a sign-in that was refused: many of those in a row lock an account."""
