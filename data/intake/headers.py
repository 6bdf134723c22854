"""Single headers of hostile mail: their text, addresses, dates and ids (RFC 5322, 2047, 2231)."""

import base64
import quopri
import re
from contextlib import suppress
from datetime import UTC, datetime
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime

from data.intake.charset import decode_text
from data.schema import SENDER_LIMIT
from data.text_input import printable

HEADER_LIMIT = 8_000
"""Characters of a header that are looked at: the standard library is quadratic in them."""
ID_LIMIT = 500
FIRST_YEAR = 1980
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?((?:[^?]|\?(?!=))*)\?=")
_ID = re.compile(r"<\s*([^<>\s]+)\s*>")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_BETWEEN = re.compile(r"[^@\s<>\"'(),;:]+@[^@\s<>\"'(),;:]+")


def header_text(value: object, notes: list[str]) -> str:
    """A header as one line of text: encoded words and raw eight-bit bytes read, line breaks taken out."""
    text = decode_raw_bytes(str(value or "")[:HEADER_LIMIT], notes)
    return " ".join(printable(_words_read(text, notes)).split())


def decode_raw_bytes(value: str, notes: list[str]) -> str:
    """Bytes that the parser kept as half characters, read."""
    return value if value.isascii() else decode_text(value.encode("utf-8", "surrogateescape"), "", notes)


def sender_address(message: Message, notes: list[str]) -> str | None:
    """Who sent it, as a bare address; None where no header has one that `Email` takes.

    Groups that pass it on as “Ann via Support <support@example.org>” say in X-Original-Sender who Ann is.
    """
    passed_on = ["X-Original-Sender"] if " via " in str(message.get("From"))[:HEADER_LIMIT] else []
    for name in [*passed_on, "From", "Sender", "Reply-To", "Return-Path"]:
        found = _bare(message.get(name), notes)
        if found:
            return found
    return None


def sent_at(message: Message) -> datetime | None:
    """The Date header in UTC, else the date of the last stop on its way; None for what is no date since 1980."""
    stops = [str(value)[:HEADER_LIMIT].rpartition(";")[2] for value in message.get_all("Received", [])[:1]]
    for value in [str(message.get("Date") or ""), *stops]:
        with suppress(Exception):  # it raises TypeError, ValueError, IndexError and OverflowError
            found = parsedate_to_datetime(" ".join(value[:200].split()))
            found = found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
            if found.year >= FIRST_YEAR:
                return found
    return None


def message_ids(value: object) -> list[str]:
    """The ids in a Message-ID, References or In-Reply-To header, without brackets."""
    text = printable(str(value or "")[:HEADER_LIMIT])
    return [found[:ID_LIMIT] for found in _ID.findall(text) or text.split()[:1]]


def _bare(value: object, notes: list[str]) -> str | None:
    raw = str(value or "")[:HEADER_LIMIT]
    with suppress(Exception):  # nested comments run into RecursionError
        found = printable(decode_raw_bytes(parseaddr(raw)[1], notes)).strip()
        if _fits(found):
            return found
    text = header_text(raw, notes)
    found = (_BETWEEN.findall(text[text.rfind("<") :]) or _BETWEEN.findall(text) or [""])[0]
    return found if _fits(found) else None


def _fits(found: str) -> bool:
    return len(found) <= SENDER_LIMIT and _ADDRESS.fullmatch(found) is not None


def _words_read(text: str, notes: list[str]) -> str:
    """RFC 2047: white space between two encoded words is not text, and a character may be cut in two by them."""
    out, pending, charset, at = [], b"", "", 0
    for word in _WORD.finditer(text):
        between = text[at : word.start()]
        name = word[1].partition("*")[0].lower()
        if between.strip() or (pending and name != charset) or not pending:
            out += [decode_text(pending, charset, notes), between if between.strip() or not pending else ""]
            pending = b""
        pending, charset, at = pending + _bytes(word[2], word[3]), name, word.end()
    return "".join([*out, decode_text(pending, charset, notes), text[at:]])


def _bytes(encoding: str, encoded: str) -> bytes:
    raw = encoded.encode("utf-8", "surrogateescape")
    return decode_base64(raw) if encoding in "bB" else quopri.decodestring(raw, header=True)


def decode_base64(raw: bytes) -> bytes:
    """As much of it as can be read."""
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    return base64.b64decode(kept[: len(kept) - (len(kept) % 4 == 1)] + b"=" * (-len(kept) % 4 % 3))
