"""Emails and decisions as rows of their tables, and back."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from data.mail import Mail, TriagedMail
from data.schema import Email, Prediction, Received, Triaged
from data.store.tables import email_table, mail_table

NOT_ERASED = email_table.c.forgotten_at.is_(None)
"""An email that was not forgotten. Nothing else is ever handed out."""

_COLUMNS = ("sent_at", "message_id", "thread_id", "automatic", "given")
_IN_JSON = ("attachments", "quoted", "signature", "footer", "forwarded", "notes")
"""The fields of a `Mail` that have a column of their own, and those that stand in the column `beside`."""


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


def mail_row(batch_id: str | None, one: TriagedMail) -> dict[str, Any]:
    """The row of what came beside an email: its headers, quoted text and so on, and where it stood."""
    return {
        "email_id": one.triaged.id,
        "batch_id": batch_id,
        "file": one.file,
        "position": one.position,
        **{name: getattr(one.mail, name) for name in _COLUMNS},
        "beside": {"own_id": one.own_id, **{name: getattr(one.mail, name) for name in _IN_JSON}},
    }


def mail_columns() -> list[sa.Column]:
    """The columns that `triaged_mail` needs beside those of the email and the decision."""
    return [mail_table.c[name] for name in (*_COLUMNS, "file", "position", "beside")]


def triaged_mail_from_row(row: Any) -> TriagedMail:
    """The mail of a row, with its decision."""
    beside = {name: tuple(value) if isinstance(value, list) else value for name, value in row["beside"].items()}
    own_id = beside.pop("own_id")
    mail = Mail(email=email_from_row(row), **{name: row[name] for name in _COLUMNS}, **beside)
    return TriagedMail(triaged_from_row(row), mail, row["file"], row["position"], own_id)
