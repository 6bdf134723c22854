"""What can be had of bytes that are no proper mail."""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE

from data.intake.charset import decode_text

_SCAFFOLD = re.compile(r"--\S|Content-[\w-]+:|MIME-Version:|\s+(?:boundary|charset|name|filename)\s?=", re.IGNORECASE)
_CONTROLS = re.compile(rb"[\x00-\x1f\x7f]")


def from_first_header(raw: bytes) -> bytes:
    """From its first header on; some programs save a mail as UTF-16, or with a mark or blank lines on top."""
    if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raw = raw.decode("utf-16", "replace").encode("utf-8", "replace")
    return raw.removeprefix(BOM_UTF8).lstrip(b"\r\n\t ")


def looks_like_text(raw: bytes) -> bool:
    """Whether hardly any of it are controls that stand in no text."""
    sample = raw[:4000].translate(None, b"\r\n\t\f\x1b")
    return len(_CONTROLS.findall(sample)) * 20 <= len(sample)


def unparsed_text(raw: bytes, notes: list[str]) -> str:
    """Text that was not parsed, without the lines that hold its parts together."""
    return "\n".join(line for line in decode_text(raw, "", notes).splitlines() if not _SCAFFOLD.match(line[:200]))
