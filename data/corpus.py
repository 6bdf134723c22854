"""Reads the labelled emails that a model learns from: our own corpus, or anybody's CSV."""

import hashlib
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from data.tables import reader

CORPUS_FOLDER = Path(__file__).with_name("corpus")

NO_CATEGORY = "none"
"""The category of emails that fit none: a person should decide on them."""

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
"""The names under which a CSV may hold each thing, the likeliest first."""


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled email. `also` are further categories that count as right; unknown levels and family are "".

    `weight` is how many others it counts for when it is learned from.
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
        """Subject and body in one string, as in `Email.text`."""
        return f"{self.subject}\n{self.body}" if self.subject else self.body


def read_corpus(folder: Path = CORPUS_FOLDER) -> list[Example]:
    """Every email of the corpus, in the order of its files. Raises ValueError that names the file and the email."""
    return [_example(path, row) for path in _files(folder) for row in tomllib.loads(path.read_text("utf-8"))["email"]]


def corpus_sha256(folder: Path = CORPUS_FOLDER) -> str:
    """One fingerprint of all corpus files."""
    digest = hashlib.sha256()
    for path in _files(folder):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def find_columns(names: Iterable[str], needed: Iterable[str], also: Iterable[str] = ()) -> dict[str, str]:
    """Which of a table's columns holds what: {"body": "Message", ...}, by name, capitals and spaces aside.

    :param also: further names to look for as they are.

    Raises ValueError that lists what the table has and what it may be called.
    """
    have = {name.strip().lower().replace(" ", "_"): name for name in names}
    found = {name: have[name] for name in also if name in have}
    found |= {what: have[name] for what, known in COLUMN_ALIASES.items() for name in reversed(known) if name in have}
    for what in needed:
        if what not in found:
            known = ", ".join(COLUMN_ALIASES[what])
            raise ValueError(f"No column for the {what} among: {', '.join(names)}. Name one of them {known}.")
    return found


def read_labelled_csv(path: Path) -> tuple[list[Example], list[str]]:
    """Labelled emails from anybody's CSV, and a sentence for every row that could not be used.

    Columns are found by name (`COLUMNS`); a text and a category are needed, the rest is optional.
    Raises ValueError when a needed column is missing or no row is left.
    """
    good, bad = [], []
    for line, row, wrong in labelled_rows(path, needed=("body", "category")):
        empty = [what for what in ("body", "category") if not row.get(what, "").strip()]
        if wrong or empty:
            bad.append(f"Line {line}: {wrong or ' and '.join(empty) + ' is empty: fill it in, or take the row out.'}")
        else:
            good.append(_labelled(f"line {line}", row))
    if not good:
        first = f" {bad[0]}" if bad else ""
        raise ValueError(f"{path.name} has no row with a text and a category.{first}")
    return good, bad


def labelled_rows(
    path: Path, needed: Iterable[str], also: Iterable[str] = ()
) -> Iterator[tuple[int, dict[str, str], str]]:
    """The rows of anybody's CSV: the line a row begins on, {"body": ...}, and what is wrong with it, "" if nothing.

    Raises ValueError when the file is empty or a needed column is missing.
    """
    form = reader.detect_format(path)
    columns = find_columns(form.names, needed, also)
    places = {what: form.names.index(name) for what, name in columns.items()}
    for row in reader.read_table_rows(path, form):
        yield row.line, {what: row.cells[place] for what, place in places.items()}, row.wrong


def _labelled(number: str, row: dict[str, str]) -> Example:
    tidy = {what: row[what].strip() for what in ("category", "impact", "urgency", "family") if what in row}
    also = tuple(filter(None, (one.strip() for one in row.get("also", "").split("|"))))
    return Example(row.get("id") or number, row.get("subject", ""), row["body"], also=also, **tidy)


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
