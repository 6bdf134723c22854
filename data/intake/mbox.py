"""Splits an .mbox into messages. Not with `mailbox.mbox`, which splits at every line that begins with "From "."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

MBOX_LINE_LIMIT = 2**16
"""Bytes that are read of a line at a time."""

FROM_LINE = re.compile(
    rb"From \S.{0,500}? (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? (?=.{0,60}\d:\d\d)(?=.{0,60}\b\d{4}\b)|From \S+@\S+ .*\d{4}"
)
"""The line that begins a message: "From ", a sender, and a date with its year, which no sentence holds."""

_QUOTED = re.compile(rb">+From ")


@dataclass(frozen=True, slots=True)
class MboxMessage:
    """A message without its "From " line, up to the limit, and its full `size` in the file, in bytes.

    `enveloped` is False for text before the first "From " line.
    """

    raw: bytes
    size: int
    enveloped: bool


def split_mbox(file: IO[bytes], most: int) -> Iterator[MboxMessage]:
    """Yields the messages of an .mbox, each up to `most` bytes. One ">" before an escaped "From " is removed."""
    raw, size, enveloped = bytearray(), 0, False
    blank = begins = True
    for line in iter(lambda: file.readline(MBOX_LINE_LIMIT), b""):
        if blank and FROM_LINE.match(line.removeprefix(b"\xef\xbb\xbf")):
            if enveloped or raw.strip():
                yield MboxMessage(bytes(raw), size, enveloped)
                size = 0
            raw, enveloped = bytearray(), True
        elif len(raw) < most:
            raw += line[1:] if begins and enveloped and _QUOTED.match(line) else line
        size += len(line)
        blank, begins = line in (b"\n", b"\r\n"), line.endswith(b"\n")
    yield MboxMessage(bytes(raw), size, enveloped)
