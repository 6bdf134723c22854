"""Batches of mail with their decisions, and what could not be read of them."""

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
"""Mails of a batch that are listed, the latest ones."""

_PERSON = {"label": 0, "settle": 1}
"""Whose word counts: the last one beats any other."""


class InboxStore:
    """Mail that came in files or from a mailbox. What returned is on disk, a mail with its decision or not at all."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_batch(self, batch: Batch) -> None:
        """Add a batch; one whose id is known stays as it is."""
        self._database.write(lambda connection: self._database.add(connection, batch_table, [asdict(batch)]))

    def end_batch(self, batch_id: str, state: str, said: str = "") -> None:
        """Let a batch have come to its end, unless it was stopped before."""
        running = batch_table.update().where(batch_table.c.id == batch_id, batch_table.c.state == BATCH_RUNNING)
        self._database.write(lambda connection: connection.execute(running.values(state=state, said=said)))

    def stop_batch(self, batch_id: str) -> None:
        """Let a batch end where it is; what was done of it stays."""
        self.end_batch(batch_id, BATCH_STOPPED)

    def batch(self, batch_id: str) -> Batch | None:
        """The batch of that id, as it is now."""
        found = self._database.rows(batch_table.select().where(batch_table.c.id == batch_id))
        return Batch(**found[0]) if found else None

    def batches(self, ids: Sequence[str]) -> list[Batch]:
        """Those of the ids that are known, the latest first."""
        query = batch_table.select().where(batch_table.c.id.in_(ids)).order_by(batch_table.c.at.desc())
        return [Batch(**row) for row in self._database.rows(query)]

    def rejected(self, batch_id: str, most: int = MAX_LISTED_MAILS) -> list[RejectedMail]:
        """What could not be read of a batch, in the order it was found."""
        query = bad_mail_table.select().where(bad_mail_table.c.batch_id == batch_id)
        rows = self._database.rows(query.order_by(bad_mail_table.c.number).limit(most))
        return [RejectedMail(row["file"], row["position"], row["reason"]) for row in rows]

    def queue_items(self, batch_id: str, most: int = MAX_LISTED_MAILS) -> list[QueueItem]:
        """The mails of a batch with what stands of each, the latest first."""
        said = self._said(batch_id)
        return [_line(row, said.get(row["id"])) for row in self._database.rows(_lines(batch_id).limit(most))]

    def search(self, batch_id: str, text: str) -> set[str]:
        """The ids of a batch's mails that have that text in subject, body or sender, capitals aside."""
        columns = (email_table.c.subject, email_table.c.body, email_table.c.sender)
        query = sa.select(email_table.c.id).join(mail_table).where(mail_table.c.batch_id == batch_id, NOT_ERASED)
        query = query.where(sa.or_(*(column.icontains(text, autoescape=True) for column in columns)))
        return {row["id"] for row in self._database.rows(query)}

    def get(self, id: str) -> TriagedMail | None:
        """The mail of that id with its decision."""
        found = self._arrived(mail_table.c.email_id == id)
        return found[0] if found else None

    def mails(self, ids: Sequence[str]) -> list[TriagedMail]:
        """The mails of those ids with their decisions, the latest first."""
        return self._arrived(mail_table.c.email_id.in_(ids))

    def version(self) -> int:
        """A number that changes whenever somebody says something of any mail."""
        return self._database.read(lambda connection: connection.execute(_LAST_LABEL).scalar())

    def _arrived(self, where: Any) -> list[TriagedMail]:
        query = sa.select(triaged_table, *email_columns(), *mail_columns()).select_from(_WHOLE)
        return [
            triaged_mail_from_row(row) for row in self._database.rows(query.where(where, NOT_ERASED).order_by(*_LATEST))
        ]

    def _said(self, batch_id: str) -> dict[str, tuple[str, str]]:
        """What people say of the mails of a batch, and who: by email id."""
        answer = answer_view.c
        query = (
            sa.select(answer.email_id, answer.category, answer.by, answer.kind)
            .join(mail_table, mail_table.c.email_id == answer.email_id)
            .where(mail_table.c.batch_id == batch_id)
            .order_by(answer.number)
        )
        rows = sorted(self._database.rows(query), key=lambda row: _PERSON[row["kind"]])
        return {row["email_id"]: (row["category"], row["by"]) for row in rows}


_WHOLE = triaged_table.join(email_table).join(mail_table, mail_table.c.email_id == email_table.c.id)
_LAST_LABEL = sa.select(sa.func.coalesce(sa.func.max(label_table.c.number), 0))
_LATEST = (sa.func.coalesce(mail_table.c.sent_at, email_table.c.at).desc(), email_table.c.id)


def _lines(batch_id: str) -> sa.Select:
    made = triaged_table.c
    return (
        sa.select(
            email_table.c.id,
            sa.type_coerce(sa.func.coalesce(mail_table.c.sent_at, email_table.c.at), email_table.c.at.type).label("at"),
            *(email_table.c[name] for name in ("subject", "sender", "customers_affected")),
            *(made[name] for name in ("category", "priority", "respond_by", "confidence", "action")),
            *(made.prediction[name].as_string().label(name) for name in ("decided_by", "priority_reason")),
            *(mail_table.c[name] for name in ("given", "file", "position")),
        )
        .select_from(_WHOLE)
        .where(mail_table.c.batch_id == batch_id, NOT_ERASED)
        .order_by(*_LATEST)
    )


def _line(row: Any, said: tuple[str, str] | None) -> QueueItem:
    category, by = said or (row["category"], row["decided_by"])
    same = {name: row[name] for name in _SAME}
    return QueueItem(
        **same,
        sender=row["sender"] or "",
        category=category,
        by=by,
        decided=row["action"] == "route",
        answered=said is not None,
    )


_SAME = {one.name for one in fields(QueueItem)} - {"sender", "category", "by", "decided", "answered"}
