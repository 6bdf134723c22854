"""Reads the rows of a CSV in which quotes may never be closed. Never raises; takes linear time and little memory.

Ours around `csv.reader`, which would read everything after an unclosed quote as one cell, or raise.
"""

import csv
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

ROW_LIMIT = 4_000_000
ROW_LINES = 50_000
"""Characters and lines of a row beyond which a quote that was never closed is the likelier explanation."""

UNCLOSED_QUOTE = "a quote that is opened here is never closed: close it, or double it."
ROW_TOO_LONG = f"it is longer than {ROW_LIMIT:,} characters: shorten it, or take it out."

QUOTE_CLOSED, QUOTE_OPEN, QUOTE_BROKEN = "closed", "open", "broken"
"""What a line leaves behind: a row at its end, a quote that is open, or one that makes no sense."""

SEPARATOR_LINE = re.compile(r"sep=(.)\n", re.IGNORECASE)
"""A first line by which Excel is told the separator."""


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row: the line it begins on, its cells, what is wrong with it ("" if nothing), and the bytes read so far."""

    line: int
    cells: list[str]
    wrong: str = ""
    bytes: int = 0


def read_csv_rows(file: IO[str], separator: str) -> Iterator[CsvRow]:
    """Row by row, without blank ones. Where one is wrong only its first line is lost: the next may be a row."""
    csv.field_size_limit(ROW_LIMIT)
    ahead = _Ahead(file, separator)
    if SEPARATOR_LINE.fullmatch(ahead.first()):
        ahead.take(1)
    while first := ahead.first():
        line, opens = ahead.number, _after(first, separator, opened=False) == QUOTE_OPEN
        wrong = ROW_TOO_LONG if len(first) > ROW_LIMIT else UNCLOSED_QUOTE * (opens and not ahead.close())
        lines = ahead.take(len(ahead.lines) if opens and not wrong else 1)
        cells = [] if wrong else next(csv.reader(lines, delimiter=separator))
        if wrong or any(cell.strip() for cell in cells):
            yield CsvRow(line, cells, wrong)


class _Ahead:
    """Lines from the first of a row on, as far as they were read to find its end.

    A quote that is open before any of them stays open until the last, and `after` is what that one leaves behind: lines
    of which the first ones went wrong, one by one, are looked at only once.
    """

    def __init__(self, file: IO[str], separator: str) -> None:
        self._file, self._separator = file, separator
        self.lines: deque[str] = deque()
        self.number, self.size, self.after = 1, 0, QUOTE_OPEN

    def first(self) -> str:
        """The line that a row begins with, "" where there is none."""
        return self.lines[0] if self.lines or self._read() else ""

    def close(self) -> bool:
        """Read to where a quote is closed that the first line leaves open; False where it never is."""
        while self.after == QUOTE_OPEN and self.size <= ROW_LIMIT and len(self.lines) < ROW_LINES and self._read():
            self.after = _after(self.lines[-1], self._separator, opened=True)
        return self.after == QUOTE_CLOSED and self.size <= ROW_LIMIT

    def take(self, count: int) -> list[str]:
        """Take lines away from the front."""
        taken = [self.lines.popleft() for _ in range(count)]
        self.number += count
        self.size -= sum(map(len, taken))
        if len(self.lines) < 2:
            self.after = QUOTE_OPEN
        return taken

    def _read(self) -> bool:
        """One more line. One that is far too long is cut, so that it takes no memory."""
        line = self._file.readline(ROW_LIMIT + 1)
        rest = line
        while len(line) > ROW_LIMIT and rest and not rest.endswith("\n"):
            rest = self._file.readline(2**16)
        if line:
            self.lines.append(line)
            self.size += len(line)
        return bool(line)


def _after(line: str, separator: str, opened: bool) -> str:
    """What a line leaves behind, where a quote is open before it or not. Within one line quotes may be sloppy."""
    if '"' not in line:
        return QUOTE_OPEN if opened else QUOTE_CLOSED
    given = iter(['"\n'] * opened + [line, ""])
    try:
        next(csv.reader(given, delimiter=separator, strict=opened))
        found = QUOTE_CLOSED
    except csv.Error:
        found = QUOTE_BROKEN
    return QUOTE_OPEN if next(given, None) is None else found  # the reader asked for more than the line
