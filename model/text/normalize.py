"""The part of an email that a model reads: without closing and signature, cut, folded to lower case."""

import re

READ_LIMIT = 20_000
"""Characters of a mail that are read; the rest is kept but not sorted on."""

WORD_PATTERN = re.compile(r"\w\w+")
CHUNK_PATTERN = re.compile(r"\S+")
_SIGNATURE = re.compile(r"\n-- ?\n")  # RFC 3676, section 4.3
_CLOSING = re.compile(
    r"(?:(?:many|with|kind|kindest|best|warm|yours) ){0,2}"
    r"(?:thanks|thank you|regards|wishes|cheers|sincerely|faithfully|truly|best)\b.{0,25}",
    re.IGNORECASE,
)
_CLOSING_LINES = 8
_LINE = 60


def without_signature(text: str) -> str:
    """The part of a mail's text that is sorted on: no closing, no signature, at most READ_LIMIT characters."""
    return _without_closing(_SIGNATURE.split(text, maxsplit=1)[0][:READ_LIMIT])


def _without_closing(text: str) -> str:
    """The text up to "Kind regards" or the like, where only a few short lines follow."""
    lines = text.rstrip().split("\n")
    for i in range(max(1, len(lines) - _CLOSING_LINES), len(lines) - 1):
        short = all(len(line) <= _LINE for line in lines[i:])
        if short and _CLOSING.fullmatch(lines[i].strip()) and any(map(str.strip, lines[:i])):
            return "\n".join(lines[:i])
    return text


def fold_case(text: str) -> str:
    """Lower case with every character in its place, so that spans fit the original too."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def tokens(text: str) -> list[str]:
    """The words of a text, folded: two or more letters, digits aside."""
    return [word for word in WORD_PATTERN.findall(fold_case(text)) if not word.isdigit()]
