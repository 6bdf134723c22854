"""Converts the rows of a table to mails."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path

from pydantic import ValidationError

from data.intake.html import drop_long_tags, html_to_text
from data.intake.patterns import FORWARD_SUBJECT
from data.intake.reply_parts import split_reply
from data.mail import IntakeItem, Mail
from data.schema import BODY_LIMIT, CUSTOMERS_LIMIT, NAME_LIMIT, SUBJECT_LIMIT, Email
from data.tables import columns, reader
from data.tables.reader import TableFormat
from data.text_input import parse_whole_number, printable, shortened
from data.validation_errors import field_errors

MARKUP_LIMIT = 1_000_000
_ADDRESS = re.compile(r"[^\s@<>()\[\]{},;:\"']{1,64}@[^\s@<>()\[\]{},;:\"']{1,255}")
_MARKUP = re.compile(r"<(?:html|body|div|p|br|table|span)\b[^<>]{0,500}>", re.IGNORECASE)

DATE_SAMPLE_ROWS = 500
"""Rows that are read to find out whether dates begin with the day."""


def read_table(path: Path, name: str, chosen: Mapping[str, str] | None = None) -> Iterator[IntakeItem]:
    """Yields an item for each row: a mail, or the reason why there is none.

    :param chosen: the column of each field of `columns.MAIL_FIELDS`; None to guess them.
    Raises ValueError where the table is empty or no column holds the body.
    """
    table = reader.detect_format(path, name)
    indices = columns.column_indices(table, chosen if chosen is not None else columns.guess_columns(path, table))
    day_first = _day_first(path, table, indices)
    bytes_read = 0
    for row in reader.read_table_rows(path, table):
        cells = {field: row.cells[index] for field, index in indices.items()}
        mail, wrong = (None, row.wrong) if row.wrong else _mail(cells, day_first)
        own_id = printable(cells.get("id", "").strip()[:NAME_LIMIT])
        yield IntakeItem(name, f"row {row.line}", mail, wrong, own_id, row.bytes - bytes_read)
        bytes_read = row.bytes
    if not bytes_read:
        yield IntakeItem(name, "", wrong="It has a header, and no row below it.")


def _day_first(path: Path, table: TableFormat, indices: Mapping[str, int]) -> bool:
    if "date" not in indices:
        return False
    rows = islice(reader.read_table_rows(path, table), DATE_SAMPLE_ROWS)
    return columns.dates_begin_with_day([row.cells[indices["date"]][:100] for row in rows])


def _mail(cells: Mapping[str, str], day_first: bool) -> tuple[Mail | None, str]:
    """The mail of a row, or None and a sentence where it has no body. Any other fault becomes a note of the mail."""
    text, notes = printable(_text(cells["body"])), []
    subject = " ".join(printable(cells.get("subject", "")).split())[:SUBJECT_LIMIT]
    parts = split_reply(text, bool(FORWARD_SUBJECT.match(subject)))
    if len(parts.body) > BODY_LIMIT:
        notes.append(f"It is longer than {BODY_LIMIT:,} characters: the rest was left out.")
    body = parts.body[:BODY_LIMIT]
    sender = _sender(cells.get("sender", ""), notes)
    customers = _customers(cells.get("customers_affected", ""), notes)
    try:
        Email(body=body)  # a subject alone is no body
        email = Email(subject=subject, body=body, sender=sender, customers_affected=customers)
    except ValidationError as error:
        return None, " ".join(f"{fault.field}: {fault.message}" for fault in field_errors(error.errors()))
    return Mail(
        email=email,
        sent_at=_date(cells.get("date", ""), day_first, notes),
        given=printable(cells.get("category", "").strip()[:NAME_LIMIT]),
        quoted=parts.quoted,
        signature=parts.signature,
        footer=parts.footer,
        forwarded=parts.forwarded,
        notes=tuple(filter(None, (*notes, parts.note))),
    ), ""


def _text(cell: str) -> str:
    """A cell's text; HTML, which some help desks export, is converted."""
    return html_to_text(drop_long_tags(cell)[:MARKUP_LIMIT]) if _MARKUP.search(cell[:5_000]) else cell[:MARKUP_LIMIT]


def _sender(cell: str, notes: list[str]) -> str | None:
    """The first address in a cell; None where there is none."""
    found = _ADDRESS.search(cell[:2_000])
    if cell.strip() and not found:
        notes.append(f"The sender {shortened(cell)} is no address: it was left out.")
    return found and found[0]


def _customers(cell: str, notes: list[str]) -> int | None:
    try:
        count = parse_whole_number(re.sub(r"\.0*$", "", cell.strip()))
    except ValueError as error:
        notes.append(f"Customers affected: {error}")
        return None
    if count is None or 0 <= count <= CUSTOMERS_LIMIT:
        return count
    notes.append(f"Customers affected: {count:,} is out of range: it was left out.")
    return None


def _date(cell: str, day_first: bool, notes: list[str]) -> datetime | None:
    found = columns.parse_date(cell, day_first)
    if cell.strip() and not found:
        notes.append(f"The date {shortened(cell)} cannot be read: the time counts from when it was sorted.")
    return found
