"""Emails as rows of the table, and back."""

from datetime import datetime
from typing import Any

from data.schema import Email, Received


def email_row(id: str, at: datetime, source: str, email: Email) -> dict[str, Any]:
    """The row of an email."""
    return {"id": id, "at": at, "source": source, **email.model_dump()}


def email(row: Any) -> Email:
    """The email of a row, which was checked when it came in."""
    return Email.model_construct(**{name: row[name] for name in Email.model_fields})


def received(row: Any) -> Received:
    """The same, with where and when it came in."""
    return Received(row["id"], row["at"], row["source"], email(row))
