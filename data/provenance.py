"""Where mail came from, and what is kept with the decisions on it in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from data.mail import RejectedMail
from data.mailbox_progress import Numbering

SOURCE_FORM, SOURCE_API = "triage", "api"
"""The sources of mail from the form of the Triage page, and from the REST API."""

SOURCE_UPLOAD = "inbox"
"""Source of mail that a visitor uploaded: shown to nobody else, unless it is sent to labelling."""

SOURCE_MAILBOX = "mailbox"
"""Source of mail from the IMAP mailbox: shown only to people who signed in."""


@dataclass(frozen=True, slots=True)
class BatchProgress:
    """What a part of an upload adds to its batch beside its mail: what could not be read, the bytes read so far."""

    batch_id: str
    rejected: Sequence[RejectedMail]
    done: int
    at: datetime


@dataclass(frozen=True, slots=True)
class MailboxLease:
    """Mails of a mailbox that a process has leased: by position the uid and the fingerprint of each.

    `state` is what they are in once they are kept: done, or pending where something is to be done in the mailbox.
    """

    box: Numbering
    by: str
    mails: Mapping[str, tuple[int, str]]
    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where mail came from (`source`), and what is kept in one transaction with the decisions on it.

    `with_headers` keeps what came beside each email (date, ids, attachments, quoted text) in a row of its own; a
    `batch` makes progress, and the mails of a `lease` are finished.
    """

    source: str
    with_headers: bool = False
    batch: BatchProgress | None = None
    lease: MailboxLease | None = None


FORM, API = Provenance(SOURCE_FORM), Provenance(SOURCE_API)
API_RAW = Provenance(SOURCE_API, with_headers=True)
COMMAND_LINE = Provenance("command line")
"""Nothing of it is kept: the command writes a file."""


def from_upload(progress: BatchProgress) -> Provenance:
    """The provenance of a part of dropped files."""
    return Provenance(SOURCE_UPLOAD, with_headers=True, batch=progress)


def from_mailbox(lease: MailboxLease) -> Provenance:
    """The provenance of mail that was leased from a mailbox."""
    return Provenance(SOURCE_MAILBOX, with_headers=True, lease=lease)
