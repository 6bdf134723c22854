"""Anybody's table as a file: its separator, its header and its rows, whatever state they are in."""

import csv
import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import IO

from data.encoding import encoding_of
from data.typed import printable

ROW_LIMIT = 4_000_000
ROW_LINES = 50_000
"""Characters and lines of a row beyond which a quote that was never closed is the likelier explanation."""

COLUMNS = 1_000
NAME_LIMIT = 80
SAMPLE, SAMPLE_ROWS = 2**16, 200
SEPARATORS = ",;\t|"
NO_SEPARATOR = "\uffff"
"""What no text holds: for tables of one column, whose texts may hold any of the others."""

CLOSED, OPEN, BROKEN = "closed", "open", "broken"
"""What a line leaves behind: a row at its end, a quote that is open, or one that makes no sense."""

_STATED = re.compile(r"sep=(.)\n", re.IGNORECASE)
_JUNK = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffd]")
_VALUE = re.compile(r"[-+\d.,:/ TZ]*\d[.:/ Z%]?|\S+@\S+|.*<\S+@\S+>|.*\d:\d\d.*|(\S+ ){2,}\S+[.!]")
"""A number, date, address or sentence: what names no column."""

_UNCLOSED = "a quote that is opened here is never closed: close it, or double it."
_LONG = f"it is longer than {ROW_LIMIT:,} characters: shorten it, or take it out."
_WIDE = "there are more cells than columns: put quotes around them."


@dataclass(frozen=True, slots=True)
class Form:
    """How a table is written: encoding, separator, and the names of its columns, which all differ.

    `headed` tells whether the first row holds the names; else they are made up.
    """

    encoding: str
    separator: str
    names: tuple[str, ...]
    headed: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it begins on, its cells, what is wrong with it ("" if nothing), and the bytes read so far."""

    line: int
    cells: list[str]
    wrong: str = ""
    bytes: int = 0


def look(path: Path, name: str = "") -> Form:
    """Find out how a table is written. Raises ValueError where it is empty, or no table, and calls it by `name`."""
    name = name or path.name
    encoding = encoding_of(path)
    with path.open(encoding=encoding, errors="replace") as file:
        sample = file.read(SAMPLE)
    if not sample.strip():
        raise ValueError(f"{name} is empty.")
    if len(_JUNK.findall(sample)) > 0.07 * len(sample):
        raise ValueError(f"{name} is no table: it holds no text.")
    separator = _separator(sample)
    first, *rest = _sampled(sample, separator) or [[]]
    if len(first) > COLUMNS:
        raise ValueError(f"{name} has more than {COLUMNS:,} columns: leave out those that are not needed.")
    if _is_header(first, rest):
        return Form(encoding, separator, _names(first), True)
    width = Counter(map(len, [first, *rest])).most_common(1)[0][0]
    return Form(encoding, separator, _names([""] * max(len(first), width)), False)


def rows(path: Path, form: Form) -> Iterator[Row]:
    """The rows below the header, none left out; blank lines are no rows. Never raises for what the file holds."""
    csv.field_size_limit(ROW_LIMIT)
    width = len(form.names)
    with path.open(encoding=form.encoding, errors="replace") as file:
        for number, row in enumerate(_rows(file, form.separator)):
            if number == 0 and form.headed and not row.wrong:
                continue
            wide = any(cell.strip() for cell in row.cells[width:])
            cells = row.cells[:width] + [""] * (width - len(row.cells))
            yield Row(row.line, cells, row.wrong or _WIDE * wide, file.buffer.tell())


def _rows(file: IO[str], separator: str) -> Iterator[Row]:
    """Row by row. Where one is wrong only its first line is lost, and reading goes on with the next."""
    ahead = _Ahead(file, separator)
    if _STATED.fullmatch(ahead.first()):
        ahead.take(1)
    while first := ahead.first():
        line, opens = ahead.number, _after(first, separator, opened=False) == OPEN
        wrong = _LONG if len(first) > ROW_LIMIT else _UNCLOSED * (opens and not ahead.close())
        lines = ahead.take(len(ahead.lines) if opens and not wrong else 1)
        cells = [] if wrong else next(csv.reader(lines, delimiter=separator))
        if wrong or any(cell.strip() for cell in cells):
            yield Row(line, cells, wrong)


class _Ahead:
    """Lines from the first of a row on, as far as they were read to find its end.

    A quote that is open before any of them stays open until the last, and `after` is what that one leaves behind: lines
    of which the first ones went wrong, one by one, are looked at only once.
    """

    def __init__(self, file: IO[str], separator: str) -> None:
        self._file, self._separator = file, separator
        self.lines: deque[str] = deque()
        self.number, self.size, self.after = 1, 0, OPEN

    def first(self) -> str:
        """The line that a row begins with, "" where there is none."""
        return self.lines[0] if self.lines or self._read() else ""

    def close(self) -> bool:
        """Read to where a quote is closed that the first line leaves open; False where it never is."""
        while self.after == OPEN and self.size <= ROW_LIMIT and len(self.lines) < ROW_LINES and self._read():
            self.after = _after(self.lines[-1], self._separator, opened=True)
        return self.after == CLOSED and self.size <= ROW_LIMIT

    def take(self, count: int) -> list[str]:
        """Take lines away from the front."""
        taken = [self.lines.popleft() for _ in range(count)]
        self.number += count
        self.size -= sum(map(len, taken))
        if len(self.lines) < 2:
            self.after = OPEN
        return taken

    def _read(self) -> bool:
        """One more line. One that is far too long is cut, so that it takes no memory."""
        line = self._file.readline(ROW_LIMIT + 1)
        rest = line
        while len(line) > ROW_LIMIT and rest and not rest.endswith("\n"):
            rest = self._file.readline(SAMPLE)
        if line:
            self.lines.append(line)
            self.size += len(line)
        return bool(line)


def _after(line: str, separator: str, opened: bool) -> str:
    """What a line leaves behind, where a quote is open before it or not. Within one line quotes may be sloppy."""
    if '"' not in line:
        return OPEN if opened else CLOSED
    given = iter(['"\n'] * opened + [line, ""])
    try:
        next(csv.reader(given, delimiter=separator, strict=opened))
        found = CLOSED
    except csv.Error:
        found = BROKEN
    return OPEN if next(given, None) is None else found  # the reader asked for more than the line


def _separator(sample: str) -> str:
    if stated := _STATED.match(sample):
        return stated[1]
    fits = {separator: _fit(_sampled(sample, separator)) for separator in SEPARATORS}
    best = max(fits, key=fits.get)
    return best if fits[best] > (0, 0) else NO_SEPARATOR


def _fit(sample: Sequence[Sequence[str]]) -> tuple[float, int]:
    """How well a separator explains a table: the share of rows that are as wide as the first one, and that width.

    Prose that happens to hold separators is no table.
    """
    if not sample or len(sample[0]) < 2:
        return 0.0, 0
    share = sum(len(row) == len(sample[0]) for row in sample) / len(sample)
    is_prose = share < 0.5 and any(len(cell.split()) > 3 for cell in sample[0])
    return (0.0, 0) if is_prose else (share, len(sample[0]))


def _sampled(sample: str, separator: str) -> list[list[str]]:
    return [row.cells for row in islice(_rows(StringIO(sample), separator), SAMPLE_ROWS) if not row.wrong]


def _is_header(first: Sequence[str], rest: Sequence[Sequence[str]]) -> bool:
    """Whether none of the cells is a value by its looks, nor one that stands in its column once more."""
    if any(len(cell) > NAME_LIMIT or "\n" in cell or _VALUE.fullmatch(cell.strip()) for cell in first):
        return False
    columns = [
        (cell.strip(), {row[at].strip() for row in rest if row[at:] and row != first}) for at, cell in enumerate(first)
    ]
    return not any(cell and cell in values for cell, values in columns)


def _names(header: Sequence[str]) -> tuple[str, ...]:
    """The names of columns, made to differ."""
    names: list[str] = []
    for number, cell in enumerate(header, start=1):
        name = " ".join(printable(cell).split()) or f"Column {number}"
        while name in names:
            name += f" ({number})"
        names.append(name)
    return tuple(names)
