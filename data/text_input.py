"""Cleans text that people type or paste, parses numbers in it, and shortens it for messages."""

import re
import unicodedata
from typing import Any

_BIDI_OVERRIDES = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_CONTROLS = {c: None for c in range(0xA0) if unicodedata.category(chr(c)) == "Cc" and chr(c) not in "\n\t"}
_UNPRINTABLE = _CONTROLS | _BIDI_OVERRIDES


def printable(text: str) -> str:
    """A text without control characters, direction overrides and lone surrogates, which no database stores."""
    return text.replace("\r\n", "\n").translate(_UNPRINTABLE).encode("utf-8", "replace").decode()


def parse_whole_number(text: str) -> int | None:
    """Parses a typed whole number, with or without thousands separators; None where it is blank.

    Raises ValueError with a sentence that names the value and the way out.
    """
    text = text.strip()
    if not text:
        return None
    if not re.fullmatch(r"[+-]?\d{1,3}([ ,.'\u00a0\u202f]\d{3})+|[+-]?\d{1,12}", text, re.ASCII):
        raise ValueError(not_a_whole_number(text))
    return int(re.sub(r"[ ,.'\u00a0\u202f]", "", text))


def parse_number(text: str, least: float, most: float) -> float:
    """Parses a typed number between `least` and `most`, with decimal point or comma and spaces between thousands.

    Raises ValueError with a sentence that names the value and the way out.
    """
    plain = re.sub(r"[ '\u00a0\u202f]", "", text.strip())
    if not re.fullmatch(r"[+-]?\d{1,12}([.,]\d{1,6})?", plain, re.ASCII):
        raise ValueError(f"{shortened(text)} is not a number: write one in digits, such as 12.50.")
    value = float(plain.replace(",", "."))
    if not least <= value <= most:
        raise ValueError(f"{shortened(text)} is out of range: give a number from {least:,.10g} to {most:,.10g}.")
    return value


def not_a_whole_number(value: Any) -> str:
    """The error sentence for a value that is not a whole number."""
    return f"{shortened(value)} is not a whole number: write one in digits, such as 1000, or leave it out."


def shortened(value: Any, limit: int = 60) -> str:
    """A value for use in a sentence: on one line, at most `limit` characters, text in quotes."""
    text = value if isinstance(value, str) else repr(value)
    text = " ".join(text[: 4 * limit].encode("utf-8", "replace").decode().translate(_UNPRINTABLE).split())
    text = text if len(text) <= limit else text[: limit - 1] + "…"
    return f"“{text}”" if isinstance(value, str) else text
