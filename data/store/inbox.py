"""Stores batches, and reads their mails with decisions and labels, and what could not be read of them."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

import sqlalchemy as sa

from data.mail import BATCH_RUNNING, BATCH_STOPPED, Batch, QueueItem, RejectedMail, TriagedMail
from data.store.database import Database
from data.store.rows import NOT_ERASED, email_columns, mail_columns, triaged_mail_from_row
from data.store.tables import (
    answer_view,
    bad_mail_table,
    batch_table,
    email_table,
    label_table,
    mail_table,
    triaged_table,
)

MAX_LISTED_MAILS = 50_000
"""Mails of a batch that are listed: the latest ones."""

_LABEL_RANK = {"label": 0, "settle": 1}
"""A settled label overrides any other; among equals the latest counts."""


class InboxStore:
    """The tables of batches and of mail from files and mailboxes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_batch(self, batch: Batch) -> None:
        """Adds a batch; one whose id is known stays as it is."""
        self._database.write(lambda connection: self._database.add(connection, batch_table, [asdict(batch)]))

    def end_batch(self, batch_id: str, state: str, said: str = "") -> None:
        """Sets the final state of a batch, unless it has ended already."""
        running = batch_table.update().where(batch_table.c.id == batch_id, batch_table.c.state == BATCH_RUNNING)
        self._database.write(lambda connection: connection.execute(running.values(state=state, said=said)))

    def stop_batch(self, batch_id: str) -> None:
        """Stops a running batch; the mails that it has so far stay."""
        self.end_batch(batch_id, BATCH_STOPPED)

    def batch(self, batch_id: str) -> Batch | None:
        """The batch of an id; None where there is none."""
        found = self._database.rows(batch_table.select().where(batch_table.c.id == batch_id))
        return Batch(**found[0]) if found else None

    def batches(self, ids: Sequence[str]) -> list[Batch]:
        """The batches of those ids that exist, latest first."""
        query = batch_table.select().where(batch_table.c.id.in_(ids)).order_by(batch_table.c.at.desc())
        return [Batch(**row) for row in self._database.rows(query)]

    def rejected(self, batch_id: str, most: int = MAX_LISTED_MAILS) -> list[RejectedMail]:
        """Mails of a batch that could not be read, in the order of reading."""
        query = bad_mail_table.select().where(bad_mail_table.c.batch_id == batch_id)
        rows = self._database.rows(query.order_by(bad_mail_table.c.number).limit(most))
        return [RejectedMail(row["file"], row["position"], row["reason"]) for row in rows]

    def queue_items(self, batch_id: str, most: int = MAX_LISTED_MAILS) -> list[QueueItem]:
        """The mails of a batch as queue items, latest first."""
        labels = self._labels(batch_id)
        rows = self._database.rows(_queue_item_query(batch_id).limit(most))
        return [_queue_item(row, labels.get(row["id"])) for row in rows]

    def search(self, batch_id: str, text: str) -> set[str]:
        """Ids of a batch's mails with that text in subject, body or sender, ignoring case."""
        columns = (email_table.c.subject, email_table.c.body, email_table.c.sender)
        query = sa.select(email_table.c.id).join(mail_table).where(mail_table.c.batch_id == batch_id, NOT_ERASED)
        query = query.where(sa.or_(*(column.icontains(text, autoescape=True) for column in columns)))
        return {row["id"] for row in self._database.rows(query)}

    def get(self, id: str) -> TriagedMail | None:
        """The mail of an id with its decision; None where there is none."""
        mails = self.mails([id])
        return mails[0] if mails else None

    def mails(self, ids: Sequence[str]) -> list[TriagedMail]:
        """The mails of those ids with their decisions, latest first."""
        query = sa.select(triaged_table, *email_columns(), *mail_columns()).select_from(_ALL_TABLES)
        query = query.where(mail_table.c.email_id.in_(ids), NOT_ERASED).order_by(*_LATEST)
        return [triaged_mail_from_row(row) for row in self._database.rows(query)]

    def version(self) -> int:
        """A number that changes whenever anybody labels any mail."""
        return self._database.read(lambda connection: connection.execute(_LAST_LABEL).scalar())

    def _labels(self, batch_id: str) -> dict[str, tuple[str, str]]:
        """The category and labeller in force for each labelled mail of a batch, by email id."""
        answer = answer_view.c
        query = (
            sa.select(answer.email_id, answer.category, answer.by, answer.kind)
            .join(mail_table, mail_table.c.email_id == answer.email_id)
            .where(mail_table.c.batch_id == batch_id)
            .order_by(answer.number)
        )
        rows = sorted(self._database.rows(query), key=lambda row: _LABEL_RANK[row["kind"]])
        return {row["email_id"]: (row["category"], row["by"]) for row in rows}


_ALL_TABLES = triaged_table.join(email_table).join(mail_table, mail_table.c.email_id == email_table.c.id)
_LAST_LABEL = sa.select(sa.func.coalesce(sa.func.max(label_table.c.number), 0))
_LATEST = (sa.func.coalesce(mail_table.c.sent_at, email_table.c.at).desc(), email_table.c.id)


def _queue_item_query(batch_id: str) -> sa.Select:
    triaged = triaged_table.c
    return (
        sa.select(
            email_table.c.id,
            sa.type_coerce(sa.func.coalesce(mail_table.c.sent_at, email_table.c.at), email_table.c.at.type).label("at"),
            *(email_table.c[name] for name in ("subject", "sender", "customers_affected")),
            *(triaged[name] for name in ("category", "priority", "respond_by", "confidence", "action")),
            *(triaged.prediction[name].as_string().label(name) for name in ("decided_by", "priority_reason")),
            *(mail_table.c[name] for name in ("given", "file", "position")),
        )
        .select_from(_ALL_TABLES)
        .where(mail_table.c.batch_id == batch_id, NOT_ERASED)
        .order_by(*_LATEST)
    )


def _queue_item(row: Any, label: tuple[str, str] | None) -> QueueItem:
    category, by = label or (row["category"], row["decided_by"])
    return QueueItem(
        **{name: row[name] for name in _COPIED_FIELDS},
        sender=row["sender"] or "",
        category=category,
        by=by,
        decided=row["action"] == "route",
        answered=label is not None,
    )


_COPIED_FIELDS = {field.name for field in fields(QueueItem)} - {"sender", "category", "by", "decided", "answered"}
