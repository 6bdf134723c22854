"""The bytes of a part as text: transfer encoding undone, character set told."""

import quopri
import re
from contextlib import suppress

from data.intake.charset import codec_of, decoded
from data.intake.headers import base64_read
from data.intake.parts import Part

_META = re.compile(rb"<meta[^<>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)


def text_of(part: Part, limit: int, notes: list[str]) -> str:
    """The text of a part, of no more than its first `limit` bytes."""
    raw = _bytes(part, limit)
    return decoded(raw, _charset(part, raw), notes)


def parameter(part: Part, name: str) -> str:
    """A parameter of its Content-Type; "" where it has none that can be read."""
    with suppress(Exception):  # RFC 2231 parameters make the library raise all kinds
        found = part.get_param(name) or ""
        return str(found[2] if isinstance(found, tuple) else found)
    return ""


def _bytes(part: Part, limit: int) -> bytes:
    raw = part.raw(limit)
    encoding = str(part.get("Content-Transfer-Encoding") or "").strip().lower()[:40]
    if encoding.startswith("base64") and _is_base64(raw):
        return base64_read(raw)
    if encoding.startswith("quoted-printable"):
        return quopri.decodestring(raw)
    if "uu" in encoding:
        with suppress(Exception):
            return part.get_payload(decode=True)[:limit]
    return raw


def _is_base64(raw: bytes) -> bool:
    """Whether it can be what it claims to be; some programs claim it of plain text."""
    sample = raw[:2000].translate(None, b"\r\n\t")
    return not sample or len(re.findall(rb"[^A-Za-z0-9+/=]", sample)) * 20 < len(sample)


def _charset(part: Part, raw: bytes) -> str:
    """As the header says; where that says nothing that is known, as the markup says."""
    declared = parameter(part, "charset")[:60]
    if part.get_content_type() == "text/plain" or codec_of(declared.strip("\"' ").lower()):
        return declared
    found = _META.search(raw[:5000])
    return found[1].decode("ascii") if found else declared
