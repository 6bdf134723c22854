"""How often somebody may try: the generic cell rate algorithm (ITU-T I.371), one number kept for each.

The clock only runs forward, whatever is done to that of the machine. It counts in this process alone.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import monotonic

MOST = 20_000
"""Of how many it keeps count; the one who tried longest ago is forgotten first."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """So many in so many seconds, all at once or spread out."""

    many: int
    seconds: float


class RateLimitExceeded(Exception):
    """Somebody has to wait that many seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds = max(1, round(seconds))
        spoken = f"{self.seconds} s" if self.seconds < 90 else f"{self.seconds / 60:.0f} min"
        super().__init__(f"Too often: try again in {spoken}.")


class RateLimiter:
    """One rate for each of many who try."""

    def __init__(self, rate: RateLimit, clock: Callable[[], float] = monotonic) -> None:
        self._interval = rate.seconds / rate.many
        self._slack = rate.seconds - self._interval
        self._clock = clock
        self._due: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def count(self, who: str) -> None:
        """Let somebody try once more. Raises TooOften, and then counts nothing."""
        with self._lock:
            now = self._clock()
            due = max(self._due.get(who, now), now)
            if due - now > self._slack:
                raise RateLimitExceeded(due - now - self._slack)
            self._due[who] = due + self._interval
            self._due.move_to_end(who)
            if len(self._due) > MOST:
                self._due.popitem(last=False)

    def clear(self, who: str) -> None:
        """Let somebody begin anew."""
        with self._lock:
            self._due.pop(who, None)
