"""One raw message becomes a `Mail`: what its person wrote in it, and what came along."""

from collections.abc import Collection
from dataclasses import replace
from itertools import islice

from data.intake import headers, raw_text
from data.intake.auto_generated import automatic
from data.intake.body_text import Reader
from data.intake.charset import decoded
from data.intake.limits import Budget
from data.intake.parts import BLANK, Part, parse
from data.intake.patterns import FORWARD_SUBJECT
from data.intake.reply_parts import FEW, Written, separate, words
from data.mail import Mail
from data.schema import BODY_LIMIT, SUBJECT_LIMIT, Email
from data.text_input import printable

_USUAL = Budget()
_ENCLOSED, _NOTES = 10, 20
_KNOWN = ("From", "To", "Subject", "Date", "Received", "Message-ID", "Return-Path", "Content-Type", "MIME-Version")
_PGP = "-----BEGIN PGP MESSAGE-----"


def read_message(raw: bytes, budget: Budget = _USUAL, own_lists: Collection[str] = ()) -> Mail:
    """Never raises, whatever the bytes are; what could not be read is said in the notes of the mail.

    `own_lists` are ids or addresses of mailing lists that the desk is reached by: mail through them is personal.
    """
    try:
        return _read(raw, budget, own_lists)
    except Exception:  # hostile mail finds the last hole in any library
        return _mail(
            Part(),
            Written(body=printable(raw_text.rest(raw[: budget.text], []))),
            ["It is damaged: it was read as plain text."],
        )


def _read(raw: bytes, budget: Budget, own_lists: Collection[str]) -> Mail:
    notes = []
    if len(raw) > budget.bytes:
        notes.append(
            f"It is larger than {budget.bytes / 1e6:,.3g} MB: only the first {budget.bytes / 1e6:,.3g} MB were read."
        )
    deadline = budget.clock() + budget.seconds
    raw = raw_text.from_its_start(raw[: budget.bytes])
    parsed = parse(raw, budget, deadline)
    reader = Reader(budget, deadline, notes + [parsed.stopped] * bool(parsed.stopped), markup_left=budget.html)
    message = parsed.message
    subject = headers.line(message.get("Subject"), reader.notes)
    written = _written(reader, parsed.message, subject, raw, bool(parsed.stopped))
    return _mail(message, written, reader.notes, tuple(reader.attachments), own_lists)


def _written(reader: Reader, message: Part, subject: str, raw: bytes, stopped: bool) -> Written:
    """The parts of its text, and of the mails that are attached to it."""
    known = any(name in message for name in _KNOWN)
    text = reader.text(message) if known else _without_headers(raw, reader)
    if _PGP in text[:5000]:
        reader.notes.append("It is encrypted (PGP): its text could not be read.")
    written = separate(printable(text), bool(FORWARD_SUBJECT.match(subject)))
    for inner in islice(reader.enclosed, _ENCLOSED):  # which grows, as it is read
        written = _with_enclosed(written, inner, reader)
    if known and stopped and not written.body:
        rest = raw_text.rest(BLANK.split(raw[: reader.budget.text], maxsplit=1)[-1], reader.notes)
        return replace(written, body=printable(reader.cut(rest)).strip())
    return written


def _with_enclosed(written: Written, inner: Part, reader: Reader) -> Written:
    """A mail that is attached to it is a forwarded one: where the cover says little, it is what is sorted on."""
    names = [name for name in ("From", "Date", "To", "Subject") if inner.get(name)]
    head = [f"{name}: {headers.line(inner.get(name), reader.notes)}" for name in names]
    there = separate(printable(reader.text(inner, 1)))
    if there.body and words(written.body) <= FEW:
        said = "It forwards a mail as an attachment and says little else: the forwarded text is sorted on."
        body, more = _lines(written.body, there.body), _lines(*head)
    else:
        said, body, more = written.said, written.body, _lines(*head, "", there.body)
    return Written(
        body=body,
        quoted=_lines(written.quoted, there.quoted),
        signature=_lines(written.signature, there.signature),
        footer=_lines(written.footer, there.footer),
        forwarded=_lines(written.forwarded, more, there.forwarded),
        said=said,
    )


def _without_headers(raw: bytes, reader: Reader) -> str:
    if not raw:
        return ""
    if not raw_text.is_text(raw):
        reader.notes.append("It is no mail: it has no headers, and what is in it is no text.")
        return ""
    reader.notes.append("It has no headers: all of it was read as text.")
    return reader.cut(decoded(raw[: reader.budget.text + 1], "", reader.notes))


def _mail(
    message: Part,
    written: Written,
    notes: list[str],
    attachments: tuple[str, ...] = (),
    own_lists: Collection[str] = (),
) -> Mail:
    sender = headers.address(message, notes)
    subject = headers.line(message.get("Subject"), [])[:SUBJECT_LIMIT]
    message_id = next(iter(headers.ids(message.get("Message-ID"))), "")
    threads = headers.ids(message.get("References")) or headers.ids(message.get("In-Reply-To")) or [message_id]
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
        automatic=automatic(message, sender, own_lists),
        quoted=written.quoted[:BODY_LIMIT],
        signature=written.signature[:BODY_LIMIT],
        footer=written.footer[:BODY_LIMIT],
        forwarded=written.forwarded[:BODY_LIMIT],
        notes=tuple(filter(None, dict.fromkeys([written.said, *notes])))[:_NOTES],
    )


def _email(subject: str, body: str, sender: str | None) -> Email:
    """Mail without any text is no `Email` by its own rules, and still arrived."""
    make = Email if (subject + body).strip() else Email.model_construct
    return make(subject=subject, body=body, sender=sender, customers_affected=None)


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)
