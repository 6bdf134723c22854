"""Watches of a mailbox made quick: in a thread here, or as a process that dies as told."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import cache, partial
from threading import Event, Thread
from typing import Any

import sqlalchemy as sa
from tenacity import wait_random_exponential

from data import settings, taxonomy
from data.imap import Filing
from data.store import Store
from data.store.tables import batch_table, email_table, mail_table, seen_table, triaged_table
from model.classify.keyword_rules import KeywordRules
from model.inbox import mailbox, watch
from model.inbox.mailbox import MailboxSorter
from model.inbox.watcher import MailboxWatcher, Pace
from tests.support.server import PATIENCE, ROOT
from tests.support.server import eventually as eventually

LEASE = timedelta(seconds=2)
SOON, LATER = wait_random_exponential(0.1, max=0.5), wait_random_exponential(0.2, max=0.5, min=0.1)
PACE = Pace(idle=2, poll=0.5, beat=0.5, usual=SOON, refused=LATER)


def mail(number: int | str, body: str = "You charged my card twice, please send the invoice again.") -> bytes:
    """A message with a subject of its own."""
    head = f"From: ann@example.org\r\nSubject: mail-{number}\r\nMessage-ID: <{number}@example.org>\r\n"
    return f"{head}Date: Mon, 23 Nov 2026 09:00:00 +0000\r\n\r\n{body}\r\n".encode()


def quick(server: Any, url: str, seconds: float = PATIENCE, **more: Any) -> MailboxWatcher:
    """A watch of a server's mailbox, by keyword rules, that waits so long for an answer."""
    action = more.pop("action", "nothing")
    read = settings.read_settings(server.environment(ACTION=action, **more.pop("knobs", {})))
    with made_quick(more.pop("pace", PACE)):
        rules = taxonomy.read_taxonomy()
        watched = watch.create_watcher(read, cache(lambda: Store(url)), KeywordRules(rules), **more)
    sorts = watched._sorter
    watched._sorter = replace(sorts, account=replace(sorts.account, connect_seconds=seconds, read_seconds=seconds))
    return watched


@contextmanager
def made_quick(pace: Pace = PACE, **more: Any) -> Iterator[None]:
    """Let watches that are created meanwhile lease for a short time, and soon try again."""
    watch.MailboxSorter, watch.MailboxWatcher = (
        partial(MailboxSorter, lease=LEASE, **more),
        partial(MailboxWatcher, pace=pace),
    )
    try:
        yield
    finally:
        watch.MailboxSorter, watch.MailboxWatcher = MailboxSorter, MailboxWatcher


@contextmanager
def running(watched: MailboxWatcher) -> Iterator[MailboxWatcher]:
    """Let it watch in a thread."""
    stop = Event()
    thread = Thread(target=watched.run, args=(stop,), daemon=True)
    thread.start()
    try:
        yield watched
    finally:
        stop.set()
        thread.join(PATIENCE)
        assert not thread.is_alive(), "it did not stop"


def once(watched: MailboxWatcher) -> bool:
    """Let it look once."""
    return watched.run(Event(), once=True)


def subjects(url: str) -> list[str]:
    """Of all mails in the store, sorted."""
    return sorted(row["subject"] for row in Store(url).database.rows(sa.select(email_table.c.subject)))


def counts(url: str) -> set[int]:
    """How many emails, decisions, mails and mails of the mailbox there are: one number where all is well."""
    tables = (email_table, triaged_table, mail_table)
    queries = [sa.select(sa.func.count().label("n")).select_from(table) for table in tables]
    sorted_ones = sa.select(sa.func.count(sa.distinct(seen_table.c.email_id)).label("n"))
    queries += [sorted_ones, sa.select(sa.func.sum(batch_table.c.read).label("n"))]
    return {Store(url).database.rows(query)[0]["n"] for query in queries}


def states(url: str) -> dict[tuple[int, int], str]:
    """The state of each mail by UIDVALIDITY (1 for the first, 2 for the next) and uid."""
    rows = Store(url).database.rows(seen_table.select().order_by(seen_table.c.validity, seen_table.c.uid))
    order = list(dict.fromkeys(row["validity"] for row in rows))
    return {(order.index(row["validity"]) + 1, row["uid"]): row["state"] for row in rows}


def process(server: Any, url: str, *arguments: str, die: str = "", **more: str) -> subprocess.Popen:
    """A watch as a process; `die` is a key of _DEATHS, or what stands in a mail that kills whoever reads it."""
    environment = {**os.environ, **server.environment(), "DATABASE_URL": url, "DIE": die, **more}
    command = [sys.executable, "-m", "tests.support.watching", *arguments]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def _die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _after(done: Callable[..., Any]) -> Callable[..., None]:
    return lambda *given, **named: (done(*given, **named), _die())


def _reader(word: str, read: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    return lambda raw: _die() if word and word.encode() in raw else read(raw)


class _Slow(KeywordRules):
    """Takes a moment for each mail, so that there is something to interrupt."""

    name = "keyword rules"

    def __init__(self, _: Any, rules: Any, store: Any) -> None:
        super().__init__(rules)

    def prepare(self) -> None: ...

    def predict(self, emails: Sequence[Any], limits: Any = None) -> list[Any]:
        time.sleep(0.01 * len(emails))
        return super().predict(emails, limits)


def _main() -> int:
    die = os.environ["DIE"]
    if die in _DEATHS:
        where, name, death = _DEATHS[die]
        setattr(where, name, death(getattr(where, name)))
    watch.FallbackClassifier, watch.read_message = _Slow, _reader("" if die in _DEATHS else die, watch.read_message)
    with made_quick():
        return watch.main(sys.argv[1:])


_DEATHS = {
    "kept": (Store, "keep", _after),
    "acting": (mailbox, "act_on_mail", lambda _: _die),
    "acted": (mailbox, "act_on_mail", _after),
    "copied": (Filing, "copy", _after),
}
if __name__ == "__main__":
    sys.exit(_main())
