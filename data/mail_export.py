"""Exports triaged mail as CSV, as JSON Lines, or as a zip with one .mbox for each category."""

import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from data.labels import files
from data.mail import Mail, QueueItem, TriagedMail

EXPORT_COLUMNS = (
    *("id", "file", "position", "at", "sender", "subject", "body"),
    *("category", "team", "priority", "answer_by", "confidence", "decided_by", "given"),
)
EXPORT_FORMATS = {".csv": "CSV", ".jsonl": "JSON Lines", ".zip": ".mbox for each category"}


def export_mail(
    mails: Sequence[TriagedMail], lines: dict[str, QueueItem], team: Callable[[str], str], ending: str
) -> bytes:
    """The content of an export file of mails, in their order.

    :param lines: the queue item of each mail, by its id.
    :param team: the team's name for a category's key.
    :param ending: one of `EXPORT_FORMATS`.
    """
    if ending == ".zip":
        return _zip(mails, lines)
    rows = (_row(mail, lines[mail.triaged.id], team) for mail in mails)
    return files.rows_as_file(rows, EXPORT_COLUMNS, ending)


def _row(mail: TriagedMail, line: QueueItem, team: Callable[[str], str]) -> dict[str, Any]:
    email = mail.mail.email
    return {
        **{name: getattr(line, name) for name in ("category", "priority")},
        "file": mail.file,
        "position": mail.position,
        "given": mail.mail.given,
        "id": mail.own_id or line.id,
        "at": line.at.isoformat(),
        "sender": email.sender or "",
        "subject": email.subject,
        "body": email.body,
        "team": team(line.category),
        "answer_by": line.respond_by.isoformat(),
        "confidence": round(line.confidence, 4),
        "decided_by": line.by,
    }


def _zip(mails: Iterable[TriagedMail], lines: dict[str, QueueItem]) -> bytes:
    by_category = defaultdict(list)
    for mail in mails:
        line = lines[mail.triaged.id]
        by_category[line.category].append(_message(mail.mail, line))
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for category, messages in sorted(by_category.items()):
            file.writestr(f"{_file_safe(category)}.mbox", b"".join(messages))
    return content.getvalue()


def _file_safe(category: str) -> str:
    """A category's key with all but letters, digits, _ and - replaced, for file names and headers."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", category)


def _message(mail: Mail, line: QueueItem) -> bytes:
    """A mail's text as a message of an .mbox (mboxrd); attachments were not kept."""
    message = EmailMessage(policy=SMTP.clone(linesep="\n"))
    message["Subject"] = " ".join(mail.email.subject.split())
    if sender := _address(mail.email.sender):
        message["From"] = sender
    message["Date"] = format_datetime(line.at)
    if re.fullmatch(r"[!-~]{1,200}", mail.message_id):
        message["Message-ID"] = f"<{mail.message_id}>"
    message["X-Mailroom-Category"] = _file_safe(line.category)
    message["X-Mailroom-Priority"] = line.priority
    message.set_content("\n\n".join(filter(None, (mail.email.body, mail.signature, mail.quoted, mail.forwarded))))
    raw = re.sub(rb"(?m)^(>*From )", rb">\1", message.as_bytes())
    return b"From mailroom " + line.at.strftime("%a %b %d %H:%M:%S %Y").encode() + b"\n" + raw + b"\n"


def _address(sender: str | None) -> Address | None:
    try:
        return Address(addr_spec=sender) if sender else None
    except (ValueError, IndexError):
        return None
