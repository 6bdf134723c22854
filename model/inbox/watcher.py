"""Watches a mailbox until it is told to stop: reconnects with back-off, and reports to the store how it goes."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from threading import Event, RLock, Thread
from time import monotonic

from tenacity import (
    RetryCallState,
    Retrying,
    sleep_using_event,
    stop_after_attempt,
    stop_never,
    stop_when_event_set,
    wait_random_exponential,
)

from data.imap import Filing, Mailbox, MailboxUnavailable, SignInRefused
from data.mail import WATCHER_TROUBLE, WATCHER_WATCHING, Watcher
from data.schema import StoreUnavailable
from model.inbox.mailbox import MailboxSorter
from model.inbox.mailbox_actions import NOTHING

WAITING = "Signed in, waiting for new mail."
GRACE_SECONDS = 2
"""How long a watcher that should stop may still wait for the server; then its connection is cut."""

USUAL_WAIT = wait_random_exponential(multiplier=1, max=300)
"""Seconds before the next try: exponential back-off with full jitter (Brooker, AWS blog, 2015)."""

REFUSED_WAIT = wait_random_exponential(multiplier=60, max=300, min=30)
"""The same after a sign-in that was refused: many of those in a row lock an account."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between the steps of a watch, and the waits before the next try.

    `idle` is the longest IDLE, `poll` the time between looks where the server has no IDLE, `beat` between heartbeats;
    after `settled` without trouble earlier failures count no longer.
    """

    idle: float = 60
    poll: float = 30
    beat: float = 10
    settled: float = 60
    usual: wait_random_exponential = USUAL_WAIT
    refused: wait_random_exponential = REFUSED_WAIT


class MailboxWatcher:
    """Watches one mailbox; `state` is how that goes, and is in the store, too."""

    def __init__(self, sorter: MailboxSorter, pace: Pace | None = None, tell: Callable[[str], None] = log.info) -> None:
        self._sorter, self._pace, self._tell = sorter, pace or Pace(), tell
        self._mailbox: Mailbox | None = None
        self._is_settled = False
        self._state_lock = RLock()
        self.state = Watcher(
            id=sorter.me, mailbox=sorter.account.id, state=WATCHER_WATCHING, said="Signing in.", beat_at=sorter.clock()
        )

    def run(self, stop: Event, once: bool = False) -> bool:
        """Watch until `stop` is set; `once` ends after one look. Returns whether it ended without trouble."""
        retrying = Retrying(
            stop=stop_when_event_set(stop) | (stop_after_attempt(1) if once else stop_never),
            wait=self._seconds_to_wait,
            sleep=sleep_using_event(stop),
            before_sleep=self._report_retry,
            retry_error_callback=lambda attempt: self._report_end(attempt, stop),
        )
        with self._heartbeat(stop):
            return retrying(self._session, stop, once)

    def _session(self, stop: Event, once: bool) -> bool:
        """Sign in and sort new mail until `stop` is set. Raises whatever ends the connection."""
        if stop.is_set():
            return True
        started, self._is_settled = monotonic(), False
        with Mailbox(self._sorter.account, writes=self._sorter.action != NOTHING) as self._mailbox:
            filing = Filing(self._mailbox)
            self._sorter.begin(self._mailbox)
            while not stop.is_set():
                self._sort_new_mail(filing, stop)
                if once:
                    break
                self._is_settled = monotonic() - started > self._pace.settled
                self._mailbox.wait(stop, self._pace.idle, self._pace.poll)
        return True

    def _sort_new_mail(self, filing: Filing, stop: Event) -> None:
        result = self._sorter.sort_new_mail(self._mailbox, filing, stop)
        if result.sorted:
            self._tell(f"{result.sorted} mails sorted." if result.sorted > 1 else "1 mail sorted.")
        if result.declined:
            self._report(WATCHER_TROUBLE, f"{result.declined} Mail is sorted all the same.")
        else:
            self._report(WATCHER_WATCHING, WAITING)

    def _seconds_to_wait(self, attempt: RetryCallState) -> float:
        if self._is_settled:
            attempt.attempt_number = 1
        refused = isinstance(attempt.outcome.exception(), SignInRefused)
        return (self._pace.refused if refused else self._pace.usual)(attempt)

    def _report_retry(self, attempt: RetryCallState) -> None:
        seconds = max(1, round(attempt.upcoming_sleep))
        self._report(WATCHER_TROUBLE, f"{_sentence(attempt.outcome.exception())} Trying again in {seconds} s.")

    def _report_end(self, attempt: RetryCallState, stop: Event) -> bool:
        """Whether it ended well: an error does not count where it came after the watcher was told to stop."""
        if stop.is_set():
            return True
        self._report(WATCHER_TROUBLE, _sentence(attempt.outcome.exception()))
        return False

    def _report(self, state: str, sentence: str) -> None:
        if sentence != self.state.said:
            self._tell(sentence)
        with self._state_lock:
            self.state = replace(self.state, state=state, said=sentence)
            self._beat()

    def _beat(self) -> None:
        with self._state_lock, suppress(StoreUnavailable):
            self.state = replace(self.state, beat_at=self._sorter.clock())
            self._sorter.store().mailbox_progress.record_heartbeat(self.state)

    @contextmanager
    def _heartbeat(self, stop: Event) -> Iterator[None]:
        """Write heartbeats to the store in a thread of their own, which also cuts a connection that holds up `stop`."""
        ended = Event()
        thread = Thread(target=self._beat_until, args=(stop, ended), name="beat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
            with suppress(StoreUnavailable):
                self._sorter.store().mailbox_progress.remove_watcher(self.state.id)

    def _beat_until(self, stop: Event, ended: Event) -> None:
        last_beat = monotonic()
        while not stop.wait(0.5):
            if ended.is_set():
                return
            if monotonic() - last_beat > self._pace.beat:
                self._beat()
                last_beat = monotonic()
        if not ended.wait(GRACE_SECONDS) and self._mailbox:
            self._mailbox.client.cut()


def _sentence(error: BaseException) -> str:
    """What people read of an error; one that nobody expected is logged."""
    if isinstance(error, MailboxUnavailable | StoreUnavailable):
        return str(error)
    log.error("A look at the mailbox failed", exc_info=error)
    return f"Something unexpected happened ({type(error).__name__}), the log has more."
