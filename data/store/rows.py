"""Emails and decisions as rows of their tables, and back."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from data.schema import Email, Prediction, Received, Triaged
from data.store.tables import email_table

NOT_ERASED = email_table.c.forgotten_at.is_(None)
"""An email that was not forgotten. Nothing else is ever handed out."""


def email_row(id: str, at: datetime, source: str, email: Email) -> dict[str, Any]:
    """The row of an email."""
    return {"id": id, "at": at, "source": source, **email.model_dump()}


def email_columns() -> list[sa.Column]:
    """What an email is made of again."""
    return [email_table.c[name] for name in Email.model_fields]


def email_from_row(row: Any) -> Email:
    """The email of a row, which was checked when it came in."""
    return Email.model_construct(**{name: row[name] for name in Email.model_fields})


def received_from_row(row: Any) -> Received:
    """The same, with where and when it came in."""
    return Received(row["id"], row["at"], row["source"], email_from_row(row))


def triaged_row(one: Triaged) -> dict[str, Any]:
    """The row of a decision."""
    made = one.prediction
    return {
        "id": one.id,
        "at": one.at,
        **{name: getattr(made, name) for name in ("category", "action", "priority", "confidence", "model_version")},
        "respond_by": one.respond_by,
        "latency_ms": one.latency_ms,
        "prediction": asdict(made),
    }


def triaged_from_row(row: Any) -> Triaged:
    """The decision of a row that has its email in it."""
    made = row["prediction"]
    return Triaged(
        id=row["id"],
        at=row["at"],
        email=email_from_row(row),
        prediction=Prediction(**{**made, "shortlist": tuple(made["shortlist"])}),
        respond_by=row["respond_by"],
        latency_ms=row["latency_ms"],
    )
