"""Decodes the payload of a MIME part: transfer encoding, then character set."""

import quopri
import re
from contextlib import suppress

from data.intake.charset import decode_text, python_codec
from data.intake.headers import decode_base64
from data.intake.parts import MimePart

_META = re.compile(rb"<meta[^<>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)


def part_text(part: MimePart, limit: int, notes: list[str]) -> str:
    """The text of the first `limit` bytes of a part."""
    raw = _decoded_bytes(part, limit)
    return decode_text(raw, _charset(part, raw), notes)


def content_type_parameter(part: MimePart, name: str) -> str:
    """A parameter of a part's Content-Type; "" where it is missing or malformed."""
    with suppress(Exception):  # on malformed RFC 2231 parameters the library raises many kinds
        value = part.get_param(name) or ""
        return str(value[2] if isinstance(value, tuple) else value)
    return ""


def _decoded_bytes(part: MimePart, limit: int) -> bytes:
    raw = part.raw(limit)
    encoding = str(part.get("Content-Transfer-Encoding") or "").strip().lower()[:40]
    if encoding.startswith("base64") and _is_base64(raw):
        return decode_base64(raw)
    if encoding.startswith("quoted-printable"):
        return quopri.decodestring(raw)
    if "uu" in encoding:
        with suppress(Exception):
            return part.get_payload(decode=True)[:limit]
    return raw


def _is_base64(raw: bytes) -> bool:
    """Whether it looks like base64: some programs declare that for plain text."""
    sample = raw[:2000].translate(None, b"\r\n\t")
    return not sample or len(re.findall(rb"[^A-Za-z0-9+/=]", sample)) * 20 < len(sample)


def _charset(part: MimePart, raw: bytes) -> str:
    """The character set of the header; for HTML, where that is unknown, the one of its meta tag."""
    declared = content_type_parameter(part, "charset")[:60]
    if part.get_content_type() == "text/plain" or python_codec(declared.strip("\"' ").lower()):
        return declared
    found = _META.search(raw[:5000])
    return found[1].decode("ascii") if found else declared
