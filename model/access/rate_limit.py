"""Rate limits in this process's memory, by the generic cell rate algorithm (ITU-T I.371): one number for each key.

Not the library `limits` (5.8): its memory storage never forgets a key (97 MB after 200,000 addresses, 5 MB here), and
reads the wall clock, which may be set back. Here the clock is monotonic.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import monotonic

MAX_KEYS = 20_000
"""Keys (addresses, accounts, API keys) that a limiter remembers; the one that tried longest ago is forgotten first."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """So many attempts in so many seconds, in a burst or evenly."""

    attempts: int
    seconds: float


class RateLimitExceeded(Exception):
    """A key has used up its attempts; `seconds` is the time until the next one, as in Retry-After."""

    def __init__(self, seconds: float) -> None:
        self.seconds = max(1, round(seconds))
        spoken = f"{self.seconds} s" if self.seconds < 90 else f"{self.seconds / 60:.0f} min"
        super().__init__(f"Too often: try again in {spoken}.")


class RateLimiter:
    """Counts attempts by key against one limit."""

    def __init__(self, limit: RateLimit, clock: Callable[[], float] = monotonic) -> None:
        self._interval = limit.seconds / limit.attempts
        self._tolerance = limit.seconds - self._interval
        self._clock = clock
        self._theoretical_arrivals: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def hit(self, key: str) -> None:
        """Count an attempt. Raises RateLimitExceeded, and then counts nothing."""
        with self._lock:
            now = self._clock()
            arrival = max(self._theoretical_arrivals.get(key, now), now)
            if arrival - now > self._tolerance:
                raise RateLimitExceeded(arrival - now - self._tolerance)
            self._theoretical_arrivals[key] = arrival + self._interval
            self._theoretical_arrivals.move_to_end(key)
            if len(self._theoretical_arrivals) > MAX_KEYS:
                self._theoretical_arrivals.popitem(last=False)

    def clear(self, key: str) -> None:
        """Forget the attempts of a key."""
        with self._lock:
            self._theoretical_arrivals.pop(key, None)
