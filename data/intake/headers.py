"""Parses single headers of hostile mail: text, addresses, dates and ids (RFC 5322, 2047, 2231)."""

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
"""Characters of a header that are parsed: the standard library takes quadratic time."""
ID_LIMIT = 500
FIRST_YEAR = 1980
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?((?:[^?]|\?(?!=))*)\?=")
_ID = re.compile(r"<\s*([^<>\s]+)\s*>")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_ADDRESS_IN_TEXT = re.compile(r"[^@\s<>\"'(),;:]+@[^@\s<>\"'(),;:]+")


def header_text(value: object, notes: list[str]) -> str:
    """A header on one line, with encoded words and raw eight-bit bytes decoded."""
    text = decode_raw_bytes(str(value or "")[:HEADER_LIMIT], notes)
    return " ".join(printable(_decode_words(text, notes)).split())


def decode_raw_bytes(value: str, notes: list[str]) -> str:
    """Decodes the raw bytes that the standard library's parser kept as surrogates."""
    return value if value.isascii() else decode_text(value.encode("utf-8", "surrogateescape"), "", notes)


def sender_address(message: Message, notes: list[str]) -> str | None:
    """The sender's bare address; None where no header has a valid one.

    Groups that forward mail as “Ann via Support <support@example.org>” give Ann's address in X-Original-Sender.
    """
    original = ["X-Original-Sender"] if " via " in str(message.get("From"))[:HEADER_LIMIT] else []
    for name in [*original, "From", "Sender", "Reply-To", "Return-Path"]:
        if address := _bare_address(message.get(name), notes):
            return address
    return None


def sent_at(message: Message) -> datetime | None:
    """The Date header in UTC, else the date of the latest Received header; None where neither is a date since 1980."""
    received = [str(value)[:HEADER_LIMIT].rpartition(";")[2] for value in message.get_all("Received", [])[:1]]
    for value in [str(message.get("Date") or ""), *received]:
        with suppress(Exception):  # raises TypeError, ValueError, IndexError and OverflowError
            date = parsedate_to_datetime(" ".join(value[:200].split()))
            date = date.replace(tzinfo=date.tzinfo or UTC).astimezone(UTC)
            if date.year >= FIRST_YEAR:
                return date
    return None


def message_ids(value: object) -> list[str]:
    """The ids of a Message-ID, References or In-Reply-To header, without angle brackets."""
    text = printable(str(value or "")[:HEADER_LIMIT])
    return [found[:ID_LIMIT] for found in _ID.findall(text) or text.split()[:1]]


def _bare_address(value: object, notes: list[str]) -> str | None:
    raw = str(value or "")[:HEADER_LIMIT]
    with suppress(Exception):  # nested comments run into RecursionError
        address = printable(decode_raw_bytes(parseaddr(raw)[1], notes)).strip()
        if _is_valid_address(address):
            return address
    text = header_text(raw, notes)
    address = (_ADDRESS_IN_TEXT.findall(text[text.rfind("<") :]) or _ADDRESS_IN_TEXT.findall(text) or [""])[0]
    return address if _is_valid_address(address) else None


def _is_valid_address(address: str) -> bool:
    return len(address) <= SENDER_LIMIT and _ADDRESS.fullmatch(address) is not None


def _decode_words(text: str, notes: list[str]) -> str:
    """Decodes RFC 2047 words. Space between two of them is dropped, and a character may be split between them."""
    out, pending, charset, at = [], b"", "", 0
    for word in _WORD.finditer(text):
        between = text[at : word.start()]
        name = word[1].partition("*")[0].lower()
        if between.strip() or (pending and name != charset) or not pending:
            out += [decode_text(pending, charset, notes), between if between.strip() or not pending else ""]
            pending = b""
        pending, charset, at = pending + _word_bytes(word[2], word[3]), name, word.end()
    return "".join([*out, decode_text(pending, charset, notes), text[at:]])


def _word_bytes(encoding: str, encoded: str) -> bytes:
    raw = encoded.encode("utf-8", "surrogateescape")
    return decode_base64(raw) if encoding in "bB" else quopri.decodestring(raw, header=True)


def decode_base64(raw: bytes) -> bytes:
    """Decodes base64, ignoring all that is not valid in it."""
    valid = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    return base64.b64decode(valid[: len(valid) - (len(valid) % 4 == 1)] + b"=" * (-len(valid) % 4 % 3))
