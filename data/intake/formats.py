"""Detects the format of a file by its content first, then by its name."""

import re
from pathlib import Path

from data.intake.mbox import FROM_LINE
from data.tables import reader
from data.tables.columns import MAIL_FIELDS, name_score

MESSAGE, MBOX, TABLE, ZIP = "message", "mbox", "table", "zip"

SNIFFED_BYTES = 4096
"""Bytes at the beginning of a file that are looked at."""

_UNSUPPORTED = {
    b"\xd0\xcf\x11\xe0": "It is Outlook's own format: save it as .eml, or export the folder.",
    b"!BDN": "It is an Outlook archive (.pst): export its folders as .mbox or .eml.",
    b"\x1f\x8b": "It is packed with gzip: unpack it first.",
    b"7z\xbc\xaf": "It is packed with 7-Zip: unpack it first.",
    b"Rar!": "It is packed with RAR: unpack it first.",
    b"%PDF": "It is a PDF, no mail.",
    b"\x89PNG": "It is a picture, no mail.",
    b"GIF8": "It is a picture, no mail.",
    b"\xff\xd8\xff": "It is a picture, no mail.",
    b"\0\5\x16\7": "It is what macOS keeps beside a file, no mail.",
    b"\0\0\0\1Bud1": "It is what macOS keeps of a folder, no mail.",
}
_TABLE_ENDINGS = (".csv", ".tsv", ".tab")
_HEADER = re.compile(rb"([!-9;-~]{1,76}):")
_COMMON_HEADER = re.compile(
    rb"from|to|cc|subject|date|sender|received|return-path|delivered-to|reply-to|message-id|mime-version|content-.*"
    rb"|dkim-.*|arc-.*|authentication-results|list-.*|references|in-reply-to|thread-.*|x-.*",
    re.IGNORECASE,
)


def file_format(path: Path, name: str) -> str:
    """One of MESSAGE, MBOX, TABLE and ZIP. Raises ValueError with a sentence for any other format, and OSError."""
    with path.open("rb") as file:
        start = file.read(SNIFFED_BYTES)
    for magic, sentence in _UNSUPPORTED.items():
        if start.startswith(magic):
            raise ValueError(sentence)
    if start.startswith((b"PK\3\4", b"PK\5\6")):
        return ZIP
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text and len(start) < SNIFFED_BYTES:
        raise ValueError("It is empty.")
    ending = Path(name).suffix.lower()
    if ending == ".mbox" or FROM_LINE.match(text):
        return MBOX
    if looks_like_message(text, 2 if ending in _TABLE_ENDINGS else 1) or ending in (".eml", ".emlx"):
        return MESSAGE
    if ending in _TABLE_ENDINGS or ending == ".txt":
        return TABLE if ending != ".txt" or _is_table(path) else MESSAGE
    raise ValueError("It is no mail: give .eml, .mbox, .csv, or a .zip of these.")


def looks_like_message(start: bytes, least: int = 1) -> bool:
    """Whether a text begins with mail headers, at least `least` of them common ones."""
    head = re.split(rb"\r?\n\r?\n", start[:SNIFFED_BYTES], maxsplit=1)[0].splitlines()
    lines = [line for line in head if not line.startswith((b" ", b"\t"))]
    headers = [found[1] for line in lines if (found := _HEADER.match(line))]
    common = sum(_COMMON_HEADER.fullmatch(header) is not None for header in headers)
    return (
        bool(lines) and _HEADER.match(lines[0]) is not None and common >= least and 4 * len(headers) >= 3 * len(lines)
    )


def _is_table(path: Path) -> bool:
    """Whether a text file is a table: its first row names columns, one of them for the body."""
    try:
        names = reader.detect_format(path).names
    except ValueError:
        return False
    known = sum(any(name_score(part, name) > 0.5 for part in MAIL_FIELDS) for name in names)
    return any(name_score("body", name) > (0.5 if known > 1 else 0.9) for name in names)
