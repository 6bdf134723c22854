"""Normalizes plain text: joins flowed lines (RFC 3676), unifies spaces, removes invisible characters."""

import re

_QUOTES = re.compile(r"(?:>\s?)*")
_INVISIBLE = dict.fromkeys([0xAD, 0x34F, 0x180E, 0x200B, 0x2060, 0x2061, 0xFEFF, 0xFFFC, *range(0xE000, 0xE002)])
_SPACES = dict.fromkeys([0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")
_LINES = dict.fromkeys([0x0B, 0x0C, 0x1C, 0x1D, 0x1E, 0x85, 0x2028, 0x2029], "\n")
_NORMALIZED = str.maketrans(_INVISIBLE | _SPACES | _LINES)
_JOINERS = re.compile(r"(?<=\s)[\u200c-\u200f]|[\u200c-\u200f](?=\s)")
_ESCAPED = re.compile(r"^>(?=From )", re.MULTILINE)


def normalize_plain_text(text: str) -> str:
    """Text with one kind of line break and space, without invisible characters except between letters.

    The escape “>From” of .mbox files becomes “From”.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_NORMALIZED)
    return _ESCAPED.sub("", _JOINERS.sub("", text))


def unflow(text: str, delete_space: bool) -> str:
    """Joins format=flowed lines: one that ends in a space continues on the next of the same quote depth."""
    out: list[list[str]] = []
    open_at = None
    for line in text.replace("\r\n", "\n").split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:].removeprefix(" ")
        if open_at == depth and content != "-- ":
            out[-1].append(content)
        else:
            out.append([">" * depth + " " * bool(depth) + content])
        flows = content.endswith(" ") and content != "-- "
        open_at = depth if flows else None
        if flows and delete_space:
            out[-1][-1] = out[-1][-1][:-1]
    return "\n".join(map("".join, out))
