"""Sorted mail as files to take away: rows for CSV and JSON Lines, and an .mbox for each category, in a zip."""

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
from data.mail import QueueItem, TriagedMail

EXPORT_COLUMNS = (
    *("id", "file", "position", "at", "sender", "subject", "body"),
    *("category", "team", "priority", "answer_by", "confidence", "decided_by", "given"),
)
EXPORT_FORMATS = {".csv": "CSV", ".jsonl": "JSON Lines", ".zip": ".mbox for each category"}


def export_mail(
    mails: Sequence[TriagedMail], lines: dict[str, QueueItem], team: Callable[[str], str], ending: str
) -> bytes:
    """A file of sorted mails, in their order.

    :param lines: what stands of each, by id.
    :param ending: one of ENDINGS.
    """
    if ending == ".zip":
        return _zip(mails, lines)
    rows = (_row(one, lines[one.triaged.id], team) for one in mails)
    return files.rows_as_file(rows, EXPORT_COLUMNS, ending)


def _row(one: TriagedMail, line: QueueItem, team: Callable[[str], str]) -> dict[str, Any]:
    email = one.mail.email
    return {
        **{name: getattr(line, name) for name in ("category", "priority")},
        "file": one.file,
        "position": one.position,
        "given": one.mail.given,
        "id": one.own_id or line.id,
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
    groups = defaultdict(list)
    for one in mails:
        groups[lines[one.triaged.id].category].append(_message(one, lines[one.triaged.id]))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for category, messages in sorted(groups.items()):
            file.writestr(f"{_plain(category)}.mbox", b"".join(messages))
    return packed.getvalue()


def _plain(category: str) -> str:
    """A category's key as it may stand in a file's name and in a header."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", category)


def _message(one: TriagedMail, line: QueueItem) -> bytes:
    """The text of a mail as it was read, as a message of an .mbox (mboxrd); attachments were not kept."""
    mail, message = one.mail, EmailMessage(policy=SMTP.clone(linesep="\n"))
    message["Subject"] = " ".join(mail.email.subject.split())
    if sender := _address(mail.email.sender):
        message["From"] = sender
    message["Date"] = format_datetime(line.at)
    if re.fullmatch(r"[!-~]{1,200}", mail.message_id):
        message["Message-ID"] = f"<{mail.message_id}>"
    message["X-Mailroom-Category"] = _plain(line.category)
    message["X-Mailroom-Priority"] = line.priority
    message.set_content("\n\n".join(filter(None, (mail.email.body, mail.signature, mail.quoted, mail.forwarded))))
    raw = re.sub(rb"(?m)^(>*From )", rb">\1", message.as_bytes())
    return b"From mailroom " + line.at.strftime("%a %b %d %H:%M:%S %Y").encode() + b"\n" + raw + b"\n"


def _address(sender: str | None) -> Address | None:
    try:
        return Address(addr_spec=sender) if sender else None
    except (ValueError, IndexError):
        return None
