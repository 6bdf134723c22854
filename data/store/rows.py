"""Converts emails, decisions and mails to rows of their tables, and back."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from data.mail import Mail, TriagedMail
from data.schema import Email, Prediction, Received, Triaged
from data.store.tables import email_table, mail_table

NOT_ERASED = email_table.c.forgotten_at.is_(None)
"""Condition: the email was not erased. All queries that return emails have it."""

_COLUMNS = ("sent_at", "message_id", "thread_id", "automatic", "given")
_IN_JSON = ("attachments", "quoted", "signature", "footer", "forwarded", "notes")
"""The fields of a `Mail` that have a column of their own, and those that stand in the column `beside`."""


def email_row(id: str, at: datetime, source: str, email: Email) -> dict[str, Any]:
    """The row of an email in the email table."""
    return {"id": id, "at": at, "source": source, **email.model_dump()}


def email_columns() -> list[sa.Column]:
    """The columns that `email_from_row` needs."""
    return [email_table.c[name] for name in Email.model_fields]


def email_from_row(row: Any) -> Email:
    """The email of a row; not validated again."""
    return Email.model_construct(**{name: row[name] for name in Email.model_fields})


def received_from_row(row: Any) -> Received:
    """The email of a row with its id, time and source."""
    return Received(row["id"], row["at"], row["source"], email_from_row(row))


def triaged_row(triaged: Triaged) -> dict[str, Any]:
    """The row of a decision in the triaged table."""
    columns = ("category", "action", "priority", "confidence", "model_version")
    return {
        "id": triaged.id,
        "at": triaged.at,
        **{name: getattr(triaged.prediction, name) for name in columns},
        "respond_by": triaged.respond_by,
        "latency_ms": triaged.latency_ms,
        "prediction": asdict(triaged.prediction),
    }


def triaged_from_row(row: Any) -> Triaged:
    """The decision of a row that holds its email's columns too."""
    prediction = row["prediction"]
    return Triaged(
        id=row["id"],
        at=row["at"],
        email=email_from_row(row),
        prediction=Prediction(**{**prediction, "shortlist": tuple(prediction["shortlist"])}),
        respond_by=row["respond_by"],
        latency_ms=row["latency_ms"],
    )


def mail_row(batch_id: str | None, mail: TriagedMail) -> dict[str, Any]:
    """The row of a mail in the mail table: headers, quoted text and so on, and its place in the file."""
    return {
        "email_id": mail.triaged.id,
        "batch_id": batch_id,
        "file": mail.file,
        "position": mail.position,
        **{name: getattr(mail.mail, name) for name in _COLUMNS},
        "beside": {"own_id": mail.own_id, **{name: getattr(mail.mail, name) for name in _IN_JSON}},
    }


def mail_columns() -> list[sa.Column]:
    """The columns that `triaged_mail_from_row` needs besides those of email and decision."""
    return [mail_table.c[name] for name in (*_COLUMNS, "file", "position", "beside")]


def triaged_mail_from_row(row: Any) -> TriagedMail:
    """The mail of a row that holds the columns of its email and decision too."""
    beside = {name: tuple(value) if isinstance(value, list) else value for name, value in row["beside"].items()}
    own_id = beside.pop("own_id")
    mail = Mail(email=email_from_row(row), **{name: row[name] for name in _COLUMNS}, **beside)
    return TriagedMail(triaged_from_row(row), mail, row["file"], row["position"], own_id)
