"""Detects a table's encoding, separator and header, and reads its rows, however malformed the file is.

Ours rather than `csv.Sniffer` or pandas, which raise or lose rows on malformed files.
"""

import codecs
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from pathlib import Path

from data.tables.csv_rows import SEPARATOR_LINE, CsvRow, read_csv_rows
from data.text_input import printable

MAX_COLUMNS = 1_000
COLUMN_NAME_LIMIT = 80
SAMPLE_CHARACTERS, SAMPLE_ROWS = 2**16, 200
SEPARATORS = ",;\t|"
NO_SEPARATOR = "\uffff"
"""A character that no text holds: the separator of tables of one column."""

_NOT_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffd]")
_VALUE = re.compile(r"[-+\d.,:/ TZ]*\d[.:/ Z%]?|\S+@\S+|.*<\S+@\S+>|.*\d:\d\d.*|(\S+ ){2,}\S+[.!]")
"""A number, date, address or sentence, none of which names a column."""

_TOO_MANY_CELLS = "there are more cells than columns: put quotes around those that hold a separator."

_GUESSED_BYTES = 2**20
"""Bytes after the first that are no UTF-8 from which the encoding is guessed."""

_WESTERN = frozenset("äöüßÄÖÜéèêëàâçîïôùûœæåøñáíìòóúãõÀÂÇÉÈÊÅØÆÑÁÍÓÚ€£§°«»¿¡…–—‘’“”„·´©®™ºª½\xa0")
_OTHER_CODECS = ["cp1250", "cp1251", "cp1253", "cp1254", "koi8_r", "shift_jis", "gb18030", "big5", "euc_kr", "euc_jp"]


@dataclass(frozen=True, slots=True)
class TableFormat:
    """A table's encoding, separator and unique column names.

    `headed` tells whether the first row holds the names; otherwise they are "Column 1" and so on.
    """

    encoding: str
    separator: str
    names: tuple[str, ...]
    headed: bool


def detect_format(path: Path, name: str = "") -> TableFormat:
    """Detects the format of a table. Raises ValueError, with `name` in it, where the file is empty or no table."""
    name = name or path.name
    encoding = _encoding(path)
    with path.open(encoding=encoding, errors="replace") as file:
        sample = file.read(SAMPLE_CHARACTERS)
    if not sample.strip():
        raise ValueError(f"{name} is empty.")
    if len(_NOT_TEXT.findall(sample)) > 0.07 * len(sample):
        raise ValueError(f"{name} is no table: it holds no text.")
    separator = _separator(sample)
    first, *rest = _sample_rows(sample, separator) or [[]]
    if len(first) > MAX_COLUMNS:
        raise ValueError(f"{name} has more than {MAX_COLUMNS:,} columns: leave out those that are not needed.")
    if _is_header(first, rest):
        return TableFormat(encoding, separator, _names(first), True)
    width = Counter(map(len, [first, *rest])).most_common(1)[0][0]
    return TableFormat(encoding, separator, _names([""] * max(len(first), width)), False)


def read_table_rows(path: Path, table: TableFormat) -> Iterator[CsvRow]:
    """Yields all rows below the header; blank lines are no rows. Never raises for the contents."""
    width, headed = len(table.names), table.headed
    with path.open(encoding=table.encoding, errors="replace") as file:
        for row in read_csv_rows(file, table.separator):
            if headed and not row.wrong:
                headed = False
                continue
            wide = any(cell.strip() for cell in row.cells[width:])
            cells = row.cells[:width] + [""] * (width - len(row.cells))
            yield CsvRow(row.line, cells, row.wrong or _TOO_MANY_CELLS * wide, file.buffer.tell())


def _separator(sample: str) -> str:
    if stated := SEPARATOR_LINE.match(sample):
        return stated[1]
    fits = {separator: _fit(_sample_rows(sample, separator)) for separator in SEPARATORS}
    best = max(fits, key=fits.get)
    return best if fits[best] > (0, 0) else NO_SEPARATOR


def _fit(sample: Sequence[Sequence[str]]) -> tuple[float, int]:
    """How well a separator fits: the share of rows as wide as the first one, and that width; (0, 0) for prose."""
    if not sample or len(sample[0]) < 2:
        return 0.0, 0
    share = sum(len(row) == len(sample[0]) for row in sample) / len(sample)
    is_prose = share < 0.5 and any(len(cell.split()) > 3 for cell in sample[0])
    return (0.0, 0) if is_prose else (share, len(sample[0]))


def _sample_rows(sample: str, separator: str) -> list[list[str]]:
    return [row.cells for row in islice(read_csv_rows(StringIO(sample), separator), SAMPLE_ROWS) if not row.wrong]


def _is_header(first: Sequence[str], rest: Sequence[Sequence[str]]) -> bool:
    """Whether no cell of the first row looks like a value or occurs again in its column."""
    if any(len(cell) > COLUMN_NAME_LIMIT or "\n" in cell or _VALUE.fullmatch(cell.strip()) for cell in first):
        return False
    columns = [
        (cell.strip(), {row[at].strip() for row in rest if row[at:] and row != first}) for at, cell in enumerate(first)
    ]
    return not any(cell and cell in values for cell, values in columns)


def _names(header: Sequence[str]) -> tuple[str, ...]:
    """The column names, made unique."""
    names: list[str] = []
    for number, cell in enumerate(header, start=1):
        name = " ".join(printable(cell).split()) or f"Column {number}"
        while name in names:
            name += f" ({number})"
        names.append(name)
    return tuple(names)


def _encoding(path: Path) -> str:
    """UTF-16 by its mark or its NUL bytes, UTF-8 if the whole file is valid in it, else the likeliest encoding."""
    with path.open("rb") as file:
        start = file.read(SAMPLE_CHARACTERS)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if wide := _utf16_without_mark(start):
            return wide
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        for block in iter(lambda: file.read(SAMPLE_CHARACTERS), b""):
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                return _likeliest(block + file.read(_GUESSED_BYTES))
    return "utf-8-sig"


def _utf16_without_mark(start: bytes) -> str:
    """The variant of UTF-16 without a mark, told by NUL bytes in one half of the pairs; "" where it is none."""
    even, odd = start[::2].count(0), start[1::2].count(0)
    if even + odd < 8 or even + odd < len(start) / 50 or min(even, odd) * 10 > max(even, odd):
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _likeliest(raw: bytes) -> str:
    """The likeliest encoding of bytes that are not UTF-8; the library fails on short Western European texts."""
    lines = [line for line in raw.splitlines() if not line.isascii()]
    if 2 * sum(_is_utf8(line) for line in lines) > len(lines):
        return "utf-8-sig"
    text = b"\n".join(lines)[:SAMPLE_CHARACTERS]
    if _is_western(text):
        return "cp1252"
    from charset_normalizer import from_bytes

    best = from_bytes(text[:8_192], cp_isolation=_OTHER_CODECS).best()
    return best.encoding if best else "cp1252"


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_western(raw: bytes) -> bool:
    """Whether nearly all non-ASCII characters are Western European letters in words of mostly ASCII letters."""
    text = raw.decode("cp1252", "replace")
    strange = [character for character in text if not character.isascii()]
    plain = sum(character.isascii() for word in text.split() if not word.isascii() for character in word)
    known = sum(character in _WESTERN for character in strange)
    return known > 0.95 * len(strange) and plain >= len(strange)
