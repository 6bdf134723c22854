"""What follows a decision: `decided` is announced to its subscribers once the decisions are in the store."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from data.mail import TriagedMail
from data.provenance import Provenance

T = TypeVar("T")

log = logging.getLogger(__name__)


class Event(Generic[T]):
    """Calls subscribers in this process, in the order in which they subscribed, with what has happened."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._subscribers: list[Callable[[T], object]] = []

    def subscribe(self, subscriber: Callable[[T], object]) -> Callable[[], None]:
        """Call the subscriber at every later announcement. Returns a function that ends this."""
        self._subscribers.append(subscriber)
        return lambda: self._subscribers.remove(subscriber)

    def announce(self, happened: T) -> None:
        """Tell all subscribers. One that raises is logged and keeps nothing from anybody."""
        for subscriber in tuple(self._subscribers):
            try:
                subscriber(happened)
            except Exception:
                log.exception("A subscriber of %s failed: %s", self.name, subscriber)


@dataclass(frozen=True, slots=True)
class Decided:
    """Decisions that have just been committed to the store together, in order, and where their mail came from."""

    mails: Sequence[TriagedMail]
    provenance: Provenance


decided: Event[Decided] = Event("decided")
