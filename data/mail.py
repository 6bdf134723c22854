"""Mail as it arrives: what was read of it, where it stood, what a drop of files came to, and who watches a mailbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from data.mailbox_progress import Numbering
from data.schema import Email, Triaged

BATCH_RUNNING, BATCH_DONE, BATCH_STOPPED, BATCH_FAILED = "running", "done", "stopped", "failed"
BATCH_WATCHED = "watched"
"""States of a batch; a mailbox is watched for good."""

WATCHER_WATCHING, WATCHER_TROUBLE = "watching", "trouble"
"""States of a watcher."""

SOURCE_FORM, SOURCE_API = "triage", "api"
"""The sources of mail from the form of the Triage page, and from the REST API."""

SOURCE_UPLOAD = "inbox"
"""The source of mail that a visitor dropped: nobody else is shown it, unless it is sent to labelling."""

SOURCE_MAILBOX = "mailbox"
"""The source of mail that came in over IMAP: only people who signed in are shown it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail as it was read. `email` is what is sorted on, the rest is kept beside it.

    `automatic` is the header by which a machine sent it, such as "Auto-Submitted: auto-replied", "" where a person did.
    `notes` are sentences on what could not be read; `given` is the category that a file names.
    """

    email: Email
    sent_at: datetime | None = None
    message_id: str = ""
    thread_id: str = ""
    attachments: tuple[str, ...] = ()
    automatic: str = ""
    quoted: str = ""
    signature: str = ""
    footer: str = ""
    forwarded: str = ""
    notes: tuple[str, ...] = ()
    given: str = ""


@dataclass(frozen=True, slots=True)
class IntakeItem:
    """What stands at one place of a file: a mail, or a sentence on why there is none.

    `position` is the row, the number in an .mbox or the name in a zip, "" where the file is the mail; `own_id` is what
    the file calls it, `bytes` how much of the file it is.
    """

    file: str
    position: str
    mail: Mail | None = None
    wrong: str = ""
    own_id: str = ""
    bytes: int = 0


def as_items(emails: Sequence[Email]) -> list[IntakeItem]:
    """Emails that came without a file or headers, as a form or JSON has them."""
    return [IntakeItem("", "", Mail(email=email)) for email in emails]


@dataclass(frozen=True, slots=True)
class TriagedMail:
    """A mail with the decision on it, and where it stood."""

    triaged: Triaged
    mail: Mail
    file: str = ""
    position: str = ""
    own_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A drop of files, or a mailbox that is watched. `read` and `bad` add up to all that was found in it so far.

    `done` and `size` are in bytes; `said` is a sentence where it did not come to its end.
    """

    id: str
    name: str
    at: datetime
    beat_at: datetime
    state: str = BATCH_RUNNING
    read: int = 0
    bad: int = 0
    done: int = 0
    size: int = 0
    said: str = ""


@dataclass(frozen=True, slots=True)
class RejectedMail:
    """A mail that could not be read: where it stood, and why."""

    file: str
    position: str
    reason: str


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One mail of a batch as a list shows it. `category` and `by` are what stands: a person goes before a machine."""

    id: str
    at: datetime
    subject: str
    sender: str
    customers_affected: int | None
    category: str
    by: str
    priority: str
    priority_reason: str
    respond_by: datetime
    confidence: float
    decided: bool
    answered: bool
    given: str
    file: str
    position: str

    @property
    def settled(self) -> bool:
        """Whether a machine or a person has decided where it goes."""
        return self.decided or self.answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Watcher:
    """Somebody who watches a mailbox, and how that goes: `said` is a sentence, `state` one of watching and trouble."""

    id: str
    mailbox: str
    state: str
    said: str
    beat_at: datetime


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
