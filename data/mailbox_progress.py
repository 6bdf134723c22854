"""How far a mail of a mailbox has come."""

from dataclasses import dataclass
from datetime import datetime

MAIL_WAITING, MAIL_LEASED, MAIL_PENDING, MAIL_ACTING = "waiting", "leased", "pending", "acting"
MAIL_DONE, MAIL_GONE, MAIL_BAD, MAIL_REPLACED = "done", "gone", "bad", "replaced"
"""A mail waits, is leased, and is done; what is to be done to it in the mailbox may be pending before that.

It is gone where it went before it was read, bad where whoever read it died, and replaced where the same mail was found
again after the mailbox had numbered its mails anew.
"""


@dataclass(frozen=True, slots=True)
class Numbering:
    """A mailbox (the id of its batch) for as long as it numbers its mails alike, and the name of its folder."""

    mailbox: str
    validity: int
    folder: str


@dataclass(frozen=True, slots=True)
class Lease:
    """Who leases mails, at which time, until when, and how many; none above the highest uid that he knows of."""

    by: str
    at: datetime
    until: datetime
    most: int
    upto: int


@dataclass(frozen=True, slots=True)
class PendingAction:
    """What is still to be done to a mail in its mailbox; `again` where somebody may have done it before he died."""

    uid: int
    category: str
    decided: bool
    message_id: str
    fingerprint: str
    again: bool


def uid_position(uid: int) -> str:
    """How a list calls the place of a mail."""
    return f"UID {uid}"
