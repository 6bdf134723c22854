"""Recovers text from bytes that are no well-formed mail."""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE

from data.intake.charset import decode_text

_MIME_LINE = re.compile(r"--\S|Content-[\w-]+:|MIME-Version:|\s+(?:boundary|charset|name|filename)\s?=", re.IGNORECASE)
_CONTROLS = re.compile(rb"[\x00-\x1f\x7f]")


def from_first_header(raw: bytes) -> bytes:
    """The message from its first header on: without byte order mark and blank lines, and UTF-16 as UTF-8."""
    if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raw = raw.decode("utf-16", "replace").encode("utf-8", "replace")
    return raw.removeprefix(BOM_UTF8).lstrip(b"\r\n\t ")


def looks_like_text(raw: bytes) -> bool:
    """Whether hardly any of its bytes are control characters that text does not have."""
    sample = raw[:4000].translate(None, b"\r\n\t\f\x1b")
    return len(_CONTROLS.findall(sample)) * 20 <= len(sample)


def unparsed_text(raw: bytes, notes: list[str]) -> str:
    """The text of bytes that were not parsed, without MIME headers and boundaries."""
    return "\n".join(line for line in decode_text(raw, "", notes).splitlines() if not _MIME_LINE.match(line[:200]))
