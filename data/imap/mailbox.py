"""Reads one folder on an IMAP server over one connection."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from threading import Event
from time import monotonic
from typing import Any, Self

from data.imap.account import Account
from data.imap.client import connect
from data.imap.errors import Abort, MailboxUnavailable, raising_mailbox_unavailable, server_message
from data.intake.limits import Budget

MAX_FETCHED_BYTES = Budget().bytes
"""Bytes of a message that are fetched; of a larger one only its beginning."""

IDLE_CHECK_SECONDS = 1
"""Seconds between looks at the stop event during IDLE."""


@dataclass(frozen=True, slots=True)
class FetchedMessage:
    """A message, or the beginning of one: `size` is that of the whole in bytes, `at` its time of receipt."""

    raw: bytes = field(repr=False)
    size: int
    at: datetime | None

    @property
    def fingerprint(self) -> str:
        """SHA-256 of its bytes, in hex."""
        return sha256(self.raw).hexdigest()

    @property
    def notes(self) -> tuple[str, ...]:
        """A sentence where only its beginning was fetched."""
        if len(self.raw) >= self.size or self.size <= MAX_FETCHED_BYTES:
            return ()
        return (f"Only the first {len(self.raw) / 1e6:.0f} MB of {self.size / 1e6:.0f} MB were read.",)


class Mailbox:
    """An IMAP folder, used as a context manager. No method changes a mail; every method raises MailboxUnavailable."""

    def __init__(self, account: Account, writes: bool) -> None:
        """Connects and signs in; without `writes` the folder is opened read-only."""
        self.account, self._writes = account, writes
        self.client = connect(account)
        self.folder: dict[bytes, Any] = {}
        self.last = 0
        """The highest uid that this connection knows; other connections may know of later mail."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, *_: object) -> None:
        if not kind:
            with suppress(self.client.Error, OSError):
                self.client.logout()
        self.client.hang_up()

    def select(self) -> int:
        """Opens the folder, again too. Returns its UIDVALIDITY: uids keep their meaning as long as it is the same."""
        name = self.account.folder
        with self.raising_unavailable():
            try:
                self.folder = self.client.select_folder(name, readonly=not self._writes)
            except Abort:
                raise
            except self.client.Error as error:
                raise MailboxUnavailable(f"The folder {name} cannot be opened ({server_message(error)}).") from None
        self.last = self.folder.get(b"UIDNEXT", 1) - 1
        return self.folder[b"UIDVALIDITY"]

    def above(self, uid: int) -> list[int]:
        """The uids above `uid`, ascending. Filters, since servers always return the last mail, even below it."""
        if not self.folder[b"EXISTS"] or 0 < self.last <= uid:
            return []
        with self.raising_unavailable():
            found = self.client.search(["UID", f"{uid + 1}:*"])
        self.last = max([self.last, *found])
        return sorted(other for other in found if other > uid)

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """Size of each message in bytes; those that are gone are left out."""
        with self.raising_unavailable():
            found = self.client.fetch(uids, ["RFC822.SIZE"])
        return {uid: row[b"RFC822.SIZE"] for uid, row in found.items() if b"RFC822.SIZE" in row}

    def fetch(self, uid: int, size: int) -> FetchedMessage | None:
        """Fetches a message without marking it as read; None where it is gone."""
        what = "BODY.PEEK[]" if size <= MAX_FETCHED_BYTES else f"BODY.PEEK[]<0.{MAX_FETCHED_BYTES}>"
        with self.raising_unavailable():
            row = self.client.fetch([uid], [what, "INTERNALDATE"]).get(uid, {})
        raw = row.get(b"BODY[]", row.get(b"BODY[]<0>"))
        return None if raw is None else FetchedMessage(raw, size, row.get(b"INTERNALDATE"))

    def wait(self, stop: Event, idle_seconds: float, poll_seconds: float) -> None:
        """Waits for news, for `stop`, or for the time: `idle_seconds`, or `poll_seconds` on servers without IDLE."""
        with self.raising_unavailable():
            if not self.client.has_capability("IDLE"):
                stop.wait(poll_seconds)
                return
            news, until = self.client.idle(), monotonic() + idle_seconds
            while not (news or stop.is_set() or monotonic() > until):
                started = monotonic()
                ended = self.client.idle_check(IDLE_CHECK_SECONDS) or monotonic() - started < IDLE_CHECK_SECONDS / 2
                news = bool(ended)
            self.client.idle_done()

    def raising_unavailable(self) -> AbstractContextManager[None]:
        """Raises errors of the connection as MailboxUnavailable."""
        return raising_mailbox_unavailable(self.account.host, self.account.read_seconds)
