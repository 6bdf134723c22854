"""Labels out and in again: `python -m data.labels export FILE` and `import FILE`, the format by the file's ending."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from data.labels.files import check_ending, read_rows, rows_as_file
from data.masking import mask_email as hidden
from data.masking import mask_text
from data.schema import NAME_LIMIT, NOTE_LIMIT, Email, Label, Received
from data.store import Store
from data.taxonomy import Taxonomy
from data.text_input import printable, shortened
from data.validation_errors import field_errors

IMPORT_BATCH_ROWS = 500
UNKNOWN_TIME = datetime(2000, 1, 1, tzinfo=UTC)
"""The time of a label whose file gives none; fixed, so that importing twice changes nothing."""


class LabelRow(BaseModel):
    """One label with its email as a row of a file. Only a text and a category are required."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)

    label_id: str = ""
    email_id: str = ""
    subject: str = ""
    body: str = ""
    sender: str | None = None
    customers_affected: int | None = None
    received_at: datetime | None = None
    source: str = "import"
    category: str = ""
    also: str = ""
    impact: str = ""
    urgency: str = ""
    note: str = Field("", max_length=NOTE_LIMIT)
    expert: bool = False
    by: str = Field("import", max_length=NAME_LIMIT)
    at: datetime = UNKNOWN_TIME
    seconds: float | None = Field(None, ge=0, allow_inf_nan=False)
    kind: str = Field("label", pattern="^(label|settle)$")
    via: str = "import"
    suggested: str = ""
    shown: bool = False
    audit: bool = False
    model_version: str = ""

    @field_validator("*", mode="before")
    @classmethod
    def _default_if_empty(cls, value: Any, info: Any) -> Any:
        """An empty cell gets the field's default."""
        value = printable(value) if isinstance(value, str) else value
        return cls.model_fields[info.field_name].get_default() if value in ("", None) else value

    @field_validator("at", "received_at")
    @classmethod
    def _in_utc(cls, value: datetime | None) -> datetime | None:
        return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)

    @property
    def email(self) -> Email:
        """The email of the row. Raises ValidationError."""
        return Email(**self.model_dump(include=set(Email.model_fields)))


LABEL_COLUMNS = tuple(LabelRow.model_fields)


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The result of an import: new labels, known labels, and a sentence for each bad row."""

    new: int
    known: int
    bad: list[str]


def export_labels(name: str, store: Store, mask: bool = False, without: Sequence[str] = ()) -> bytes:
    """The content of a file of the current labels with their emails; the name's ending tells the format.

    :param mask: whether to leave out senders and mask addresses and numbers in texts.
    :param without: sources of emails to leave out.
    Raises ValueError for an unknown format, and StoreUnavailable.
    """
    rows = (row for row in _rows(store) if row["source"] not in without)
    return rows_as_file(map(_hidden, rows) if mask else rows, LABEL_COLUMNS, check_ending(name))


def import_labels(
    path: Path, store: Store, rules: Taxonomy, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> ImportResult:
    """Imports the good rows of a label file; bad ones get a sentence in the result.

    Emails without a date count as received now. Raises ValueError where the file cannot be read, and StoreUnavailable;
    rows imported until then stay.
    """
    new, known, bad = 0, 0, []
    placed = read_rows(path, LABEL_COLUMNS)
    while some := list(islice(placed, IMPORT_BATCH_ROWS)):
        good = []
        for where, row, wrong in some:
            try:
                good.append(_taken(row, wrong, store, rules, clock()))
            except ValueError as error:
                bad.append(f"{where}: {error}")
        store.receive([received for received, _ in good])
        added = store.labels.add([label for _, label in good])
        new, known = new + added, known + len(good) - added
    return ImportResult(new, known, bad)


def _rows(store: Store) -> Iterator[dict[str, Any]]:
    for label, one in store.labels.with_emails():
        yield {
            **{name: getattr(label, name) for name in LABEL_COLUMNS if name in Label.__dataclass_fields__},
            **one.email.model_dump(),
            "label_id": label.id,
            "at": label.at.isoformat(),
            "received_at": one.at.isoformat(),
            "source": one.source,
        }


def _hidden(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "sender": None, **{name: mask_text(row[name]) for name in ("subject", "body", "note", "by")}}


def _taken(raw: dict[str, Any], wrong: str, store: Store, rules: Taxonomy, at: datetime) -> tuple[Received, Label]:
    """The email and the label of one row. Raises ValueError with a sentence that names field, value and way out."""
    if wrong:
        raise ValueError(wrong)
    try:
        row = LabelRow.model_validate(raw)
        email = row.email
    except ValidationError as error:
        first = field_errors(error.errors())[0]
        raise ValueError(f"{first.field}: {first.message}") from error
    category = _category("category", row.category, rules)
    email_id = _email_id(row, email, store)
    same = {name: getattr(row, name) for name in ("at", "by", "kind", "note", "seconds", "expert", "suggested")}
    label = Label(
        id=row.label_id if _ours(row.label_id) else _digest(email_id, row.by, category, row.at.isoformat(), row.kind),
        email_id=email_id,
        category=category,
        also=_category("also", row.also, rules) if row.also else "",
        impact=_level("impact", row.impact, rules),
        urgency=_level("urgency", row.urgency, rules),
        via=row.via,
        shown=row.shown,
        audit=row.audit,
        model_version=row.model_version,
        **same,
    )
    return Received(email_id, row.received_at or at, row.source, email), label


def _email_id(row: LabelRow, email: Email, store: Store) -> str:
    """The row's email id if it is valid and not that of another email here, else one made from the text."""
    if _ours(row.email_id):
        here = store.email(row.email_id)
        if here is None or email.text in (here.email.text, hidden(here.email).text):
            return row.email_id
    return _digest(email.subject, email.body, email.sender or "")


def _category(field: str, text: str, rules: Taxonomy) -> str:
    plain = text.strip().casefold().replace(" ", "_")
    for key, one in rules.choices.items():
        if plain in (key, one.name.casefold().replace(" ", "_")):
            return key
    raise ValueError(f"{field}: {shortened(text)} is no category: use one of {', '.join(rules.choices)}.")


def _level(field: str, text: str, rules: Taxonomy) -> str:
    if text and text.strip().casefold() not in rules.priorities.levels:
        levels = ", ".join(rules.priorities.levels)
        raise ValueError(f"{field}: {shortened(text)} is no level: use one of {levels}, or leave it out.")
    return text.strip().casefold()


def _ours(id: str) -> bool:
    return 0 < len(id) <= 32 and id.isascii() and id.replace("-", "").isalnum()


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
