"""One folder on an IMAP server, over one connection."""

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
"""Of a bigger message only so much of its beginning is fetched."""

IDLE_CHECK_SECONDS = 1
"""How soon somebody who idles hears that he should stop."""


@dataclass(frozen=True, slots=True)
class FetchedMessage:
    """A message, or the beginning of one: `size` is that of the whole in bytes, `at` when it came in."""

    raw: bytes = field(repr=False)
    size: int
    at: datetime | None

    @property
    def fingerprint(self) -> str:
        """The same for the same bytes."""
        return sha256(self.raw).hexdigest()

    @property
    def notes(self) -> tuple[str, ...]:
        """A sentence where it is not the whole."""
        if len(self.raw) >= self.size or self.size <= MAX_FETCHED_BYTES:
            return ()
        return (f"Only the first {len(self.raw) / 1e6:.0f} MB of {self.size / 1e6:.0f} MB were read.",)


class Mailbox:
    """`with Mailbox(account, writes=False) as mailbox`. Every method raises MailboxUnavailable; none changes a mail."""

    def __init__(self, account: Account, writes: bool) -> None:
        """Connect and sign in; without `writes` the folder is opened such that nothing in it can change."""
        self.account, self._writes = account, writes
        self.client = connect(account)
        self.folder: dict[bytes, Any] = {}
        self.last = 0
        """The highest uid that this connection knows of; another one may have heard of later mail."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, *_: object) -> None:
        if not kind:
            with suppress(self.client.Error, OSError):
                self.client.logout()
        self.client.hang_up()

    def select(self) -> int:
        """Open the folder, again too. Returns its UIDVALIDITY: as long as that is the same, so are the uids."""
        name = self.account.folder
        with self.sentences():
            try:
                self.folder = self.client.select_folder(name, readonly=not self._writes)
            except Abort:
                raise
            except self.client.Error as error:
                raise MailboxUnavailable(f"The folder {name} cannot be opened ({server_message(error)}).") from None
        self.last = self.folder.get(b"UIDNEXT", 1) - 1
        return self.folder[b"UIDVALIDITY"]

    def above(self, uid: int) -> list[int]:
        """The uids above that one, rising. A server always names its last mail, even where that lies below."""
        if not self.folder[b"EXISTS"] or 0 < self.last <= uid:
            return []
        with self.sentences():
            found = self.client.search(["UID", f"{uid + 1}:*"])
        self.last = max([self.last, *found])
        return sorted(one for one in found if one > uid)

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """Bytes of each message; those that are gone are left out."""
        with self.sentences():
            found = self.client.fetch(uids, ["RFC822.SIZE"])
        return {uid: row[b"RFC822.SIZE"] for uid, row in found.items() if b"RFC822.SIZE" in row}

    def fetch(self, uid: int, size: int) -> FetchedMessage | None:
        """A message, without marking it as read; None where it is gone."""
        what = "BODY.PEEK[]" if size <= MAX_FETCHED_BYTES else f"BODY.PEEK[]<0.{MAX_FETCHED_BYTES}>"
        with self.sentences():
            row = self.client.fetch([uid], [what, "INTERNALDATE"]).get(uid, {})
        raw = row.get(b"BODY[]", row.get(b"BODY[]<0>"))
        return None if raw is None else FetchedMessage(raw, size, row.get(b"INTERNALDATE"))

    def wait(self, stop: Event, idle_seconds: float, poll_seconds: float) -> None:
        """Until there is news, `stop` is set or the time is over; the second time is for servers that tell no news."""
        with self.sentences():
            if not self.client.has_capability("IDLE"):
                stop.wait(poll_seconds)
                return
            news, until = self.client.idle(), monotonic() + idle_seconds
            while not (news or stop.is_set() or monotonic() > until):
                started = monotonic()
                ended = self.client.idle_check(IDLE_CHECK_SECONDS) or monotonic() - started < IDLE_CHECK_SECONDS / 2
                news = bool(ended)
            self.client.idle_done()

    def sentences(self) -> AbstractContextManager[None]:
        """Let what goes wrong with the connection be MailboxUnavailable."""
        return raising_mailbox_unavailable(self.account.host, self.account.read_seconds)
