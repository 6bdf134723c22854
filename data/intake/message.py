"""Parses one raw message (RFC 5322) into a `Mail`."""

from collections.abc import Collection
from dataclasses import replace
from itertools import islice

from data.intake import headers, raw_text
from data.intake.auto_generated import auto_generated_header
from data.intake.body_text import BodyReader
from data.intake.charset import decode_text
from data.intake.limits import Budget
from data.intake.parts import BLANK_LINE, MimePart, parse_mime
from data.intake.patterns import FORWARD_SUBJECT
from data.intake.reply_parts import COVER_WORDS, ReplyParts, split_reply, word_count
from data.mail import Mail
from data.schema import BODY_LIMIT, SUBJECT_LIMIT, Email
from data.text_input import printable

_DEFAULT_BUDGET = Budget()
_MAX_ENCLOSED, _MAX_NOTES = 10, 20
_COMMON_HEADERS = (
    "From",
    "To",
    "Subject",
    "Date",
    "Received",
    "Message-ID",
    "Return-Path",
    "Content-Type",
    "MIME-Version",
)
_PGP = "-----BEGIN PGP MESSAGE-----"


def read_message(raw: bytes, budget: Budget = _DEFAULT_BUDGET, own_lists: Collection[str] = ()) -> Mail:
    """Parses a message. Never raises, whatever the bytes are; what could not be read is said in the mail's notes.

    `own_lists` are ids or addresses of mailing lists of our own: mail through them counts as personal.
    """
    try:
        return _read(raw, budget, own_lists)
    except Exception:  # the last resort against errors in libraries
        return _mail(
            MimePart(),
            ReplyParts(body=printable(raw_text.unparsed_text(raw[: budget.text], []))),
            ["It is damaged: it was read as plain text."],
        )


def _read(raw: bytes, budget: Budget, own_lists: Collection[str]) -> Mail:
    notes = []
    if len(raw) > budget.bytes:
        notes.append(
            f"It is larger than {budget.bytes / 1e6:,.3g} MB: only the first {budget.bytes / 1e6:,.3g} MB were read."
        )
    deadline = budget.clock() + budget.seconds
    raw = raw_text.from_first_header(raw[: budget.bytes])
    parsed = parse_mime(raw, budget, deadline)
    reader = BodyReader(budget, deadline, notes + [parsed.stopped] * bool(parsed.stopped), markup_left=budget.html)
    message = parsed.message
    subject = headers.header_text(message.get("Subject"), reader.notes)
    written = _written(reader, parsed.message, subject, raw, bool(parsed.stopped))
    return _mail(message, written, reader.notes, tuple(reader.attachments), own_lists)


def _written(reader: BodyReader, message: MimePart, subject: str, raw: bytes, stopped: bool) -> ReplyParts:
    """The reply parts of its text and of the mails attached to it."""
    has_headers = any(name in message for name in _COMMON_HEADERS)
    text = reader.text(message) if has_headers else _without_headers(raw, reader)
    if _PGP in text[:5000]:
        reader.notes.append("It is encrypted (PGP): its text could not be read.")
    written = split_reply(printable(text), bool(FORWARD_SUBJECT.match(subject)))
    for inner in islice(reader.enclosed, _MAX_ENCLOSED):  # grows while it is read
        written = _with_enclosed(written, inner, reader)
    if has_headers and stopped and not written.body:
        unparsed = raw_text.unparsed_text(BLANK_LINE.split(raw[: reader.budget.text], maxsplit=1)[-1], reader.notes)
        return replace(written, body=printable(reader.cut(unparsed)).strip())
    return written


def _with_enclosed(written: ReplyParts, inner: MimePart, reader: BodyReader) -> ReplyParts:
    """Adds an attached mail as forwarded text; where the covering text is short, the attached text becomes the body."""
    names = [name for name in ("From", "Date", "To", "Subject") if inner.get(name)]
    head = [f"{name}: {headers.header_text(inner.get(name), reader.notes)}" for name in names]
    forwarded = split_reply(printable(reader.text(inner, 1)))
    if forwarded.body and word_count(written.body) <= COVER_WORDS:
        note = "It forwards a mail as an attachment and says little else: the forwarded text is sorted on."
        body, more = _lines(written.body, forwarded.body), _lines(*head)
    else:
        note, body, more = written.note, written.body, _lines(*head, "", forwarded.body)
    return ReplyParts(
        body=body,
        quoted=_lines(written.quoted, forwarded.quoted),
        signature=_lines(written.signature, forwarded.signature),
        footer=_lines(written.footer, forwarded.footer),
        forwarded=_lines(written.forwarded, more, forwarded.forwarded),
        note=note,
    )


def _without_headers(raw: bytes, reader: BodyReader) -> str:
    if not raw:
        return ""
    if not raw_text.looks_like_text(raw):
        reader.notes.append("It is no mail: it has no headers, and what is in it is no text.")
        return ""
    reader.notes.append("It has no headers: all of it was read as text.")
    return reader.cut(decode_text(raw[: reader.budget.text + 1], "", reader.notes))


def _mail(
    message: MimePart,
    written: ReplyParts,
    notes: list[str],
    attachments: tuple[str, ...] = (),
    own_lists: Collection[str] = (),
) -> Mail:
    sender = headers.sender_address(message, notes)
    subject = headers.header_text(message.get("Subject"), [])[:SUBJECT_LIMIT]
    message_id = next(iter(headers.message_ids(message.get("Message-ID"))), "")
    threads = (
        headers.message_ids(message.get("References"))
        or headers.message_ids(message.get("In-Reply-To"))
        or [message_id]
    )
    if len(written.body) > BODY_LIMIT:
        notes.append(f"Its text is longer than {BODY_LIMIT:,} characters: only the beginning is kept.")
    if not written.body.strip():
        notes.append("It has no text, only a subject." if subject.strip() else "It has no text.")
    return Mail(
        email=_email(subject, written.body[:BODY_LIMIT], sender),
        sent_at=headers.sent_at(message),
        message_id=message_id,
        thread_id=threads[0],
        attachments=attachments,
        automatic=auto_generated_header(message, sender, own_lists),
        quoted=written.quoted[:BODY_LIMIT],
        signature=written.signature[:BODY_LIMIT],
        footer=written.footer[:BODY_LIMIT],
        forwarded=written.forwarded[:BODY_LIMIT],
        notes=tuple(filter(None, dict.fromkeys([written.note, *notes])))[:_MAX_NOTES],
    )


def _email(subject: str, body: str, sender: str | None) -> Email:
    """An `Email`, unvalidated where it has no text: `Email` forbids that, but such mail is listed too."""
    make = Email if (subject + body).strip() else Email.model_construct
    return make(subject=subject, body=body, sender=sender, customers_affected=None)


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)
