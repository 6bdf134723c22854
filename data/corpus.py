"""Reads labelled emails: the corpus in data/corpus, or any CSV."""

import hashlib
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from data.tables import reader

CORPUS_FOLDER = Path(__file__).with_name("corpus")

NO_CATEGORY = "none"
"""The category of emails that fit no other category."""

LABELLED_ID_PREFIX = "label:"
"""What the id of an example begins with that was made from a labelled email."""

COLUMN_ALIASES = {
    "subject": ("subject", "title", "betreff"),
    "body": ("body", "text", "message", "content", "email", "mail", "description"),
    "category": ("category", "label", "intent", "class", "queue", "team", "topic"),
    "also": ("also", "also_ok"),
    "impact": ("impact",),
    "urgency": ("urgency",),
    "family": ("family", "group", "group_id", "thread_id"),
    "id": ("id", "message_id"),
}
"""Column names accepted for each field of a CSV, the likeliest first."""


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled email. `also` are further right categories; `impact`, `urgency` and `family` may be "" (unknown).

    `family` groups look-alikes, `industry` is the industry or the source; `weight` is its sample weight in training.
    """

    id: str
    subject: str
    body: str
    category: str
    also: tuple[str, ...] = ()
    impact: str = ""
    urgency: str = ""
    family: str = ""
    industry: str = ""
    weight: float = 1.0

    @property
    def text(self) -> str:
        """Subject and body joined by a line break, as in `Email.text`."""
        return f"{self.subject}\n{self.body}" if self.subject else self.body


def read_corpus(folder: Path = CORPUS_FOLDER) -> list[Example]:
    """All emails of the corpus, by file name and in file order. Raises ValueError that names the file and the email."""
    return [_example(path, row) for path in _files(folder) for row in tomllib.loads(path.read_text("utf-8"))["email"]]


def corpus_sha256(folder: Path = CORPUS_FOLDER) -> str:
    """SHA-256 over the names and contents of all corpus files, in hex."""
    digest = hashlib.sha256()
    for path in _files(folder):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def find_columns(names: Iterable[str], needed: Iterable[str], also: Iterable[str] = ()) -> dict[str, str]:
    """Finds a table's columns by name, ignoring case and spaces: {"body": "Message", ...}.

    :param names: the table's column names.
    :param also: further fields, each found under its own name only.
    Raises ValueError where one of `needed` is missing.
    """
    present = {name.strip().lower().replace(" ", "_"): name for name in names}
    columns = {field: present[field] for field in also if field in present}
    for field, aliases in COLUMN_ALIASES.items():
        if alias := next((alias for alias in aliases if alias in present), None):
            columns[field] = present[alias]
    for field in needed:
        if field not in columns:
            aliases = ", ".join(COLUMN_ALIASES[field])
            raise ValueError(f"No column for the {field} among: {', '.join(names)}. Name one of them {aliases}.")
    return columns


def read_labelled_csv(path: Path) -> tuple[list[Example], list[str]]:
    """Labelled emails of a CSV, and a sentence for each row that cannot be used.

    Columns are found by name (`COLUMN_ALIASES`); only body and category are required.
    Raises ValueError where one of these columns is missing or no row is usable.
    """
    good, bad = [], []
    for line, row, error in labelled_rows(path, needed=("body", "category")):
        empty = [field for field in ("body", "category") if not row.get(field, "").strip()]
        if error or empty:
            bad.append(f"Line {line}: {error or ' and '.join(empty) + ' is empty: fill it in, or take the row out.'}")
        else:
            good.append(_example_from_row(f"line {line}", row))
    if not good:
        first = f" {bad[0]}" if bad else ""
        raise ValueError(f"{path.name} has no row with a text and a category.{first}")
    return good, bad


def labelled_rows(
    path: Path, needed: Iterable[str], also: Iterable[str] = ()
) -> Iterator[tuple[int, dict[str, str], str]]:
    """Each row of a CSV as (number of its first line, {"body": ...}, error or "").

    Raises ValueError where the file is empty or a needed column is missing.
    """
    table = reader.detect_format(path)
    columns = find_columns(table.names, needed, also)
    indices = {field: table.names.index(name) for field, name in columns.items()}
    for row in reader.read_table_rows(path, table):
        yield row.line, {field: row.cells[index] for field, index in indices.items()}, row.wrong


def _example_from_row(default_id: str, row: dict[str, str]) -> Example:
    stripped = {field: row[field].strip() for field in ("category", "impact", "urgency", "family") if field in row}
    also = tuple(filter(None, map(str.strip, row.get("also", "").split("|"))))
    return Example(row.get("id") or default_id, row.get("subject", ""), row["body"], also=also, **stripped)


def _files(folder: Path) -> list[Path]:
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise ValueError(f"No corpus in {folder}: it should hold one .toml file a category.")
    return files


def _example(path: Path, row: dict[str, str]) -> Example:
    also = tuple(filter(None, row.pop("also", "").split("|")))
    try:
        return Example(**row, also=also)
    except TypeError as error:
        raise ValueError(f"{path.name}, email {row.get('id', '?')}: {error}") from error
