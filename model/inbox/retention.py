"""Retention: mail loses its text a number of days after it came in."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event

from data.clock import now
from data.schema import StoreUnavailable
from data.store import Store

EVERY_SECONDS = 3_600

log = logging.getLogger(__name__)


def erase_expired(days: int, store: Store, clock: Callable[[], datetime] = now) -> int:
    """Erase mail older than that; none where `days` is 0. Returns how many emails. Raises StoreUnavailable."""
    at = clock()
    return store.erase_before(at - timedelta(days=days), at) if days else 0


def run_retention(
    stop: Event,
    days: int,
    store: Callable[[], Store],
    clock: Callable[[], datetime] = now,
    every: float = EVERY_SECONDS,
) -> None:
    """Erase expired mail now and every so many seconds, until `stop` is set; returns at once where `days` is 0."""
    while days and not stop.is_set():
        try:
            if gone := erase_expired(days, store(), clock):
                log.info("%d emails came in more than %d days ago: forgotten", gone, days)
        except StoreUnavailable as error:
            log.warning("Old mail is forgotten later: %s", error)
        stop.wait(every)
