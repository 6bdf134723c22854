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
"""Characters and lines of a row beyond which an unclosed quote is the likelier explanation."""

UNCLOSED_QUOTE = "a quote that is opened here is never closed: close it, or double it."
ROW_TOO_LONG = f"it is longer than {ROW_LIMIT:,} characters: shorten it, or take it out."

QUOTE_CLOSED, QUOTE_OPEN, QUOTE_BROKEN = "closed", "open", "broken"
"""State at the end of a line: no quote open, a quote open, or malformed quotes."""

SEPARATOR_LINE = re.compile(r"sep=(.)\n", re.IGNORECASE)
"""A first line that tells Excel the separator."""


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row: the number of its first line, its cells, an error or "", and the bytes of the file read so far."""

    line: int
    cells: list[str]
    wrong: str = ""
    bytes: int = 0


def read_csv_rows(file: IO[str], separator: str) -> Iterator[CsvRow]:
    """Yields the rows without blank ones. Of a malformed row only the first line is skipped: the next may be a row."""
    csv.field_size_limit(ROW_LIMIT)
    buffer = _LineBuffer(file, separator)
    if SEPARATOR_LINE.fullmatch(buffer.first()):
        buffer.take(1)
    while first := buffer.first():
        line, opens = buffer.number, _state_after(first, separator, opened=False) == QUOTE_OPEN
        wrong = ROW_TOO_LONG if len(first) > ROW_LIMIT else UNCLOSED_QUOTE * (opens and not buffer.close())
        lines = buffer.take(len(buffer.lines) if opens and not wrong else 1)
        cells = [] if wrong else next(csv.reader(lines, delimiter=separator))
        if wrong or any(cell.strip() for cell in cells):
            yield CsvRow(line, cells, wrong)


class _LineBuffer:
    """A buffer of lines, from the first of a row on, that were read to find the row's end.

    If a quote is open before the buffered lines, it stays open until the last one; `after` is the state after that, so
    that each line is scanned only once even if many rows in turn are malformed.
    """

    def __init__(self, file: IO[str], separator: str) -> None:
        self._file, self._separator = file, separator
        self.lines: deque[str] = deque()
        self.number, self.size, self.after = 1, 0, QUOTE_OPEN

    def first(self) -> str:
        """The first line of the next row, "" at the end."""
        return self.lines[0] if self.lines or self._read() else ""

    def close(self) -> bool:
        """Reads up to where the quote opened on the first line is closed. Returns False where it never is."""
        while self.after == QUOTE_OPEN and self.size <= ROW_LIMIT and len(self.lines) < ROW_LINES and self._read():
            self.after = _state_after(self.lines[-1], self._separator, opened=True)
        return self.after == QUOTE_CLOSED and self.size <= ROW_LIMIT

    def take(self, count: int) -> list[str]:
        """Removes and returns the first `count` lines."""
        taken = [self.lines.popleft() for _ in range(count)]
        self.number += count
        self.size -= sum(map(len, taken))
        if len(self.lines) < 2:
            self.after = QUOTE_OPEN
        return taken

    def _read(self) -> bool:
        """Reads one more line; a line that is far too long is cut, to save memory."""
        line = self._file.readline(ROW_LIMIT + 1)
        rest = line
        while len(line) > ROW_LIMIT and rest and not rest.endswith("\n"):
            rest = self._file.readline(2**16)
        if line:
            self.lines.append(line)
            self.size += len(line)
        return bool(line)


def _state_after(line: str, separator: str, opened: bool) -> str:
    """The state at the end of a line. Within one line, quotes may be sloppy."""
    if '"' not in line:
        return QUOTE_OPEN if opened else QUOTE_CLOSED
    lines = iter(['"\n'] * opened + [line, ""])
    try:
        next(csv.reader(lines, delimiter=separator, strict=opened))
        state = QUOTE_CLOSED
    except csv.Error:
        state = QUOTE_BROKEN
    return QUOTE_OPEN if next(lines, None) is None else state  # the reader asked for more than the line
