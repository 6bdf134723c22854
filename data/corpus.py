"""Reads the labelled emails that a model learns from: our own corpus, or anybody's CSV."""

import hashlib
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

PATH = Path(__file__).with_name("corpus")

COLUMNS = {
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
    """One labelled email. `also` are further categories that count as right; unknown levels and family are ""."""

    id: str
    subject: str
    body: str
    category: str
    also: tuple[str, ...] = ()
    impact: str = ""
    urgency: str = ""
    family: str = ""
    industry: str = ""

    @property
    def text(self) -> str:
        """Subject and body in one string, as in `Email.text`."""
        return f"{self.subject}\n{self.body}" if self.subject else self.body


def read(folder: Path = PATH) -> list[Example]:
    """Every email of the corpus, in the order of its files. Raises ValueError that names the file and the email."""
    return [_example(path, row) for path in _files(folder) for row in tomllib.loads(path.read_text("utf-8"))["email"]]


def sha256(folder: Path = PATH) -> str:
    """One fingerprint of all corpus files."""
    digest = hashlib.sha256()
    for path in _files(folder):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def find_columns(names: Iterable[str], needed: Iterable[str]) -> dict[str, str]:
    """Which of a table's columns holds what: {"body": "Message", ...}, by name, capitals and spaces aside.

    Raises ValueError that lists what the table has and what it may be called.
    """
    have = {name.strip().lower().replace(" ", "_"): name for name in names}
    found = {what: have[name] for what, known in COLUMNS.items() for name in reversed(known) if name in have}
    for what in needed:
        if what not in found:
            known = ", ".join(COLUMNS[what])
            raise ValueError(f"No column for the {what} among: {', '.join(names)}. Name one of them {known}.")
    return found


def read_csv(path: Path) -> tuple[list[Example], list[str]]:
    """Labelled emails from anybody's CSV, and a sentence for every row that could not be used.

    Columns are found by name (`COLUMNS`); a text and a category are needed, the rest is optional.
    Raises ValueError when a needed column is missing or no row is left.
    """
    import pandas as pd

    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding_errors="replace")
    columns = find_columns(table.columns, needed=("body", "category"))
    rows = table.rename(columns={name: what for what, name in columns.items()})[list(columns)].to_dict("records")
    good, bad = [], []
    for number, row in enumerate(rows, start=2):
        empty = [columns[what] for what in ("body", "category") if not row[what].strip()]
        if empty:
            bad.append(f"Row {number}: {' and '.join(empty)} is empty: fill it in, or take the row out.")
        else:
            also = tuple(filter(None, row.pop("also", "").split("|")))
            good.append(Example(**{"id": str(number), "subject": "", **row, "also": also}))
    if not good:
        raise ValueError(f"{path.name} has no row with a text and a category.")
    return good, bad


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
