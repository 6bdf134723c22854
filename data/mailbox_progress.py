"""The states of a mail in a watched mailbox, and how mails are leased to watchers."""

from dataclasses import dataclass
from datetime import datetime

MAIL_WAITING, MAIL_LEASED, MAIL_PENDING, MAIL_ACTING = "waiting", "leased", "pending", "acting"
MAIL_DONE, MAIL_GONE, MAIL_BAD, MAIL_REPLACED = "done", "gone", "bad", "replaced"
"""A mail is waiting, leased by a watcher, then done; before that, its action (label, move) is pending, then acting.

Gone: deleted before it was read. Bad: watchers died while reading it. Replaced: found again under a new UIDVALIDITY.
"""


@dataclass(frozen=True, slots=True)
class Numbering:
    """A mailbox (the id of its batch) under one UIDVALIDITY, in which uids keep their meaning; `folder` is its name."""

    mailbox: str
    validity: int
    folder: str


@dataclass(frozen=True, slots=True)
class Lease:
    """A watcher's request to lease at most `most` mails until a time; none with a uid above `upto`."""

    by: str
    at: datetime
    until: datetime
    most: int
    upto: int


@dataclass(frozen=True, slots=True)
class PendingAction:
    """A label or move of a decided mail that is due; `again` where a watcher that died may have done it already."""

    uid: int
    category: str
    decided: bool
    message_id: str
    fingerprint: str
    again: bool


def uid_position(uid: int) -> str:
    """The position of a mailbox's mail as lists show it."""
    return f"UID {uid}"
