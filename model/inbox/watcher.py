"""A mailbox is watched, whatever goes wrong on the way to it."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from threading import Event, RLock, Thread
from time import monotonic

from data.imap import Filing, Mailbox, MailboxUnavailable, SignInRefused
from data.mail import WATCHER_TROUBLE, WATCHER_WATCHING, Watcher
from data.schema import StoreUnavailable
from model.inbox.backoff import Pace
from model.inbox.mailbox import MailboxSorter
from model.inbox.mailbox_actions import NOTHING

WAITS = "Signed in, waiting for new mail."
GRACE_SECONDS = 2
"""How long whoever should stop may still wait for the server's word."""

log = logging.getLogger(__name__)


class MailboxWatcher:
    """Watches one mailbox, whatever goes wrong; `state` tells how that goes, and so does the store."""

    def __init__(self, sorter: MailboxSorter, pace: Pace | None = None, tell: Callable[[str], None] = log.info) -> None:
        self._sorter, self._pace, self._tell = sorter, pace or Pace(), tell
        self._mailbox: Mailbox | None = None
        self._failures = 0
        self._speaking = RLock()
        self.state = Watcher(
            id=sorter.me, mailbox=sorter.account.id, state=WATCHER_WATCHING, said="Signing in.", beat_at=sorter.clock()
        )

    def run(self, stop: Event, once: bool = False) -> bool:
        """Watch until `stop` is set; `once` ends after one look. Returns whether it ended without trouble."""
        with self._beating(stop):
            while not stop.is_set():
                error = self._attempt(stop, once)
                if stop.is_set():
                    break
                if once:
                    return self._ended(error)
                self._back_off(error, stop)
        return True

    def _attempt(self, stop: Event, once: bool) -> Exception | None:
        """One session, until it ends or something goes wrong."""
        try:
            self._session(stop, once)
        except (MailboxUnavailable, StoreUnavailable) as error:
            return error
        except Exception as error:
            if not stop.is_set():
                log.exception("A look at the mailbox failed")
            return error
        return None

    def _session(self, stop: Event, once: bool) -> None:
        started = monotonic()
        with Mailbox(self._sorter.account, writes=self._sorter.action != NOTHING) as self._mailbox:
            filing = Filing(self._mailbox)
            self._sorter.begin(self._mailbox)
            while not stop.is_set():
                self._look(filing, stop)
                if once:
                    return
                if monotonic() - started > self._pace.settled:
                    self._failures = 0
                self._mailbox.wait(stop, self._pace.idle, self._pace.poll)

    def _look(self, filing: Filing, stop: Event) -> None:
        done = self._sorter.round(self._mailbox, filing, stop)
        if done.sorted:
            self._tell(f"{done.sorted} mails sorted." if done.sorted > 1 else "1 mail sorted.")
        if done.unwilling:
            self._say(WATCHER_TROUBLE, f"{done.unwilling} Mail is sorted all the same.")
        else:
            self._say(WATCHER_WATCHING, WAITS)

    def _ended(self, error: Exception | None) -> bool:
        if error:
            self._say(WATCHER_TROUBLE, _sentence(error))
        return error is None

    def _back_off(self, error: Exception, stop: Event) -> None:
        self._failures += 1
        backoff = self._pace.refused if isinstance(error, SignInRefused) else self._pace.usual
        seconds = backoff.wait(self._failures)
        self._say(WATCHER_TROUBLE, f"{_sentence(error)} Trying again in {max(1, round(seconds))} s.")
        stop.wait(seconds)

    def _say(self, state: str, said: str) -> None:
        if said != self.state.said:
            self._tell(said)
        with self._speaking:
            self.state = replace(self.state, state=state, said=said)
            self._beat()

    def _beat(self) -> None:
        with self._speaking, suppress(StoreUnavailable):
            self.state = replace(self.state, beat_at=self._sorter.clock())
            self._sorter.store().mailbox_progress.beat(self.state)

    @contextmanager
    def _beating(self, stop: Event) -> Iterator[None]:
        """Let the watch be heard of, however long a step of it takes, and let no server keep it from stopping."""
        ended = Event()
        thread = Thread(target=self._beat_until, args=(stop, ended), name="beat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
            with suppress(StoreUnavailable):
                self._sorter.store().mailbox_progress.leave(self.state.id)

    def _beat_until(self, stop: Event, ended: Event) -> None:
        beaten = monotonic()
        while not stop.wait(0.5):
            if ended.is_set():
                return
            if monotonic() - beaten > self._pace.beat:
                self._beat()
                beaten = monotonic()
        if not ended.wait(GRACE_SECONDS) and self._mailbox:
            self._mailbox.client.cut()


def _sentence(error: Exception) -> str:
    expected = isinstance(error, MailboxUnavailable | StoreUnavailable)
    return str(error) if expected else f"Something unexpected happened ({type(error).__name__}), the log has more."
