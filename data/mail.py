"""Types of incoming mail: parsed mails, batches of them, items of the inbox queue, and mailbox watchers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from data.schema import Email, Triaged

BATCH_RUNNING, BATCH_DONE, BATCH_STOPPED, BATCH_FAILED = "running", "done", "stopped", "failed"
BATCH_WATCHED = "watched"
"""States of a batch; a watched mailbox is a batch that never ends."""

WATCHER_WATCHING, WATCHER_TROUBLE = "watching", "trouble"
"""States of a watcher."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One parsed mail. `email` is what the model reads; the other fields are kept beside it.

    `automatic` is the header that marks it as auto-generated, such as "Auto-Submitted: auto-replied", else "".
    `quoted`, `signature`, `footer` and `forwarded` are the parts of its text that are not its sender's own words.
    `notes` are sentences on what could not be read; `given` is the category that a table names for it.
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
    """One item of an input file: a mail, or None and in `wrong` a sentence that says why it cannot be read.

    `position` is the row, the number in an .mbox or the name in a zip, "" where the file is the mail; `own_id` is the
    id that the file gives it, `bytes` its share of the file's size.
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
    """A mail with the decision on it; `file`, `position` and `own_id` as in `IntakeItem`."""

    triaged: Triaged
    mail: Mail
    file: str = ""
    position: str = ""
    own_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """An upload of files, or a watched mailbox. `read` counts its mails so far, `bad` what could not be read.

    `done` and `size` are in bytes; `said` is a sentence on why it ended early, else "".
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
    """A mail that could not be read: file, position in it, and the reason as a sentence."""

    file: str
    position: str
    reason: str


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One mail of a batch as the inbox queue shows it.

    `category` is a person's label where there is one, else the model's; `by` is that person or the model.
    `decided` tells whether the model decided by itself, `answered` whether a person labelled it.
    """

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
        """Whether the model or a person has decided its category."""
        return self.decided or self.answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Watcher:
    """A process that watches a mailbox: `state` (watching or trouble), a sentence on it (`said`), last heartbeat."""

    id: str
    mailbox: str
    state: str
    said: str
    beat_at: datetime
