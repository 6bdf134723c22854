"""Reads and writes rows of labels as CSV (safe to open in a spreadsheet), JSON Lines or Label Studio's JSON."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from data import corpus
from data.labels import label_studio
from data.tables.csv_injection import escape_formula, unescape_formula

LABEL_FILE_ENDINGS = (".csv", ".jsonl", ".json")

FileRow = tuple[str, dict[str, Any], str]
"""A row of a file: its place for people ("Line 3"), the row, and an error or ""."""


def check_ending(name: str) -> str:
    """The file name's ending in lower case. Raises ValueError where it is none of `LABEL_FILE_ENDINGS`."""
    ending = Path(name).suffix.lower()
    if ending not in LABEL_FILE_ENDINGS:
        raise ValueError(
            f"{name} ends on none of {', '.join(LABEL_FILE_ENDINGS)}: rename it, or choose another format."
        )
    return ending


def rows_as_file(rows: Iterable[dict[str, Any]], columns: Sequence[str], ending: str) -> bytes:
    """The content of a file of rows; CSV begins with a byte order mark, by which spreadsheets detect UTF-8."""
    if ending == ".json":
        return json.dumps(label_studio.label_studio_tasks(rows), ensure_ascii=False, indent=1).encode()
    if ending == ".jsonl":
        return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows).encode()
    file = io.StringIO()
    writer = csv.DictWriter(file, columns, lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow(
            {name: escape_formula(value) if isinstance(value, str) else value for name, value in row.items()}
        )
    return file.getvalue().encode("utf-8-sig")


def read_rows(path: Path, columns: Sequence[str]) -> Iterator[FileRow]:
    """The rows of a file. Raises ValueError where the file as a whole cannot be read."""
    ending = check_ending(path.name)
    if ending == ".csv":
        yield from _read_csv(path, columns)
    elif ending == ".jsonl":
        yield from _read_json_lines(path)
    else:
        try:
            loaded = json.loads(path.read_bytes())
        except (ValueError, RecursionError) as error:
            raise ValueError(f"{path.name} cannot be read as JSON ({error}): export it again.") from error
        yield from label_studio.label_studio_rows(loaded)


def _read_csv(path: Path, columns: Sequence[str]) -> Iterator[FileRow]:
    for line, row, error in corpus.labelled_rows(path, needed=("body", "category"), also=columns):
        yield f"Line {line}", {name: unescape_formula(value) for name, value in row.items()}, error


def _read_json_lines(path: Path) -> Iterator[FileRow]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield _read_json_line(f"Line {number}", line)


def _read_json_line(where: str, line: bytes) -> FileRow:
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        return where, {}, f"it cannot be read as JSON ({error}): mend it."
    return (where, row, "") if isinstance(row, dict) else (where, {}, "it is no JSON object: put one on each line.")
