"""Escapes cells that a spreadsheet would run as formulas (OWASP, CSV Injection)."""

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r\n|%＝＋－＠]")
_MADE_SAFE = re.compile(r"'+[=+\-@\t\r\n|%＝＋－＠]")


def escape_formula(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet might take it for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unescape_formula(text: str) -> str:
    """The inverse of `escape_formula`."""
    return text[1:] if _MADE_SAFE.match(text) else text
