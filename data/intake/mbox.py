"""An .mbox in its messages. Not `mailbox.mbox`, to which every line that begins with "From " begins a message."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

MBOX_LINE_LIMIT = 2**16

FROM_LINE = re.compile(
    rb"From \S.{0,500}? (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? (?=.{0,60}\d:\d\d)(?=.{0,60}\b\d{4}\b)|From \S+@\S+ .*\d{4}"
)
"""How a message begins: "From ", somebody, and a date with its year, which a sentence does not hold."""

_QUOTED = re.compile(rb">+From ")


@dataclass(frozen=True, slots=True)
class MboxMessage:
    """A message without its envelope, as far as it was asked for, and its size with it in the file.

    `enveloped` is false for what stands before the first envelope.
    """

    raw: bytes
    size: int
    enveloped: bool


def split_mbox(file: IO[bytes], most: int) -> Iterator[MboxMessage]:
    """All that is in an .mbox, up to that many bytes of each message. One ">" before a quoted "From " is taken away."""
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
