"""Mail is forgotten: its text goes, everywhere; what was decided and said of it stays without it."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from data.mail import BATCH_WATCHED
from data.sample_mail import SOURCE_SAMPLE
from data.store.database import Database
from data.store.rows import NOT_ERASED
from data.store.tables import bad_mail_table, batch_table, email_table, label_table, lease_table, mail_table
from data.store.tables import triaged_table as made

EMAILS_PER_ERASURE = 2_000
"""Emails that are emptied in one transaction."""

FORGOTTEN = "[forgotten]"
"""What stands where an address or the name of a file stood."""

BLANK_MAIL_FIELDS = {"file": "", "position": "", "message_id": "", "thread_id": "", "automatic": "", "given": ""}
NAME_COLUMNS = {
    bad_mail_table: ("file", "position", "reason"),
    mail_table: ("file", "position"),
    label_table: ("note",),
    batch_table: ("name",),
}
"""Where people write of others, and where files are named as they were dropped."""

email, mail, bad, batch = email_table.c, mail_table.c, bad_mail_table.c, batch_table.c


class Erasure:
    """Forgets mail for good. What is forgotten is in no answer of the store any more; its labels and numbers are."""

    database: Database

    def count_from(self, sender: str) -> int:
        """How many emails there are of an address, capitals aside."""
        return self.database.read(lambda connection: connection.scalar(_count(_of(connection, sender))))

    def count_before(self, limit: datetime) -> int:
        """How many emails came in before that time; those that Mailroom brings do not count."""
        return self.database.read(lambda connection: connection.scalar(_count(_before(limit))))

    def erase_sender(self, sender: str, at: datetime) -> int:
        """Forget all mail of an address, capitals aside, and the address itself. Returns how many emails.

        Whoever writes again is sorted and kept as anybody is.
        """

        def names(connection: sa.Connection) -> None:
            for table, columns in NAME_COLUMNS.items():
                _take_out(connection, table, columns, sender)

        return self._for_good(lambda connection: _of(connection, sender), names, at)

    def erase_before(self, limit: datetime, at: datetime) -> int:
        """Forget all mail that came in before that time, and what files were called. Returns how many emails."""

        def names(connection: sa.Connection) -> None:
            old = (batch.at < limit) & (batch.state != BATCH_WATCHED)
            connection.execute(bad_mail_table.delete().where(bad.batch_id.in_(sa.select(batch.id).where(old))))
            connection.execute(batch_table.update().where(old, batch.name != FORGOTTEN).values(name=FORGOTTEN))

        return self._for_good(lambda _: _before(limit), names, at)

    def _for_good(
        self, which: Callable[[sa.Connection], Any], names: Callable[[sa.Connection], None], at: datetime
    ) -> int:
        """Part by part, so that nobody waits long; what is done stays done, and the rest is for the next time."""
        gone = 0
        while done := self.database.write(lambda connection: _empty(connection, which(connection), at)):
            gone += done
        self.database.write(lambda connection: (names(connection), _without_said(connection)))
        self.database.empty_journal()
        return gone


def _count(which: sa.ColumnElement[bool]) -> sa.Select:
    return sa.select(sa.func.count()).select_from(email_table).where(NOT_ERASED, which)


def _before(limit: datetime) -> sa.ColumnElement[bool]:
    return (email.at < limit) & (email.source != SOURCE_SAMPLE)


def _of(connection: sa.Connection, sender: str) -> sa.ColumnElement[bool]:
    """Compared here: databases differ in which capitals they know."""
    known = connection.scalars(sa.select(email.sender).where(email.sender.is_not(None)).distinct())
    return email.sender.in_([one for one in known if one.casefold() == sender.casefold()])


def _empty(connection: sa.Connection, which: sa.ColumnElement[bool], at: datetime) -> int:
    """Empty a part of those emails. Returns how many, 0 where none is left."""
    part = sa.select(email.id).where(NOT_ERASED, which).limit(EMAILS_PER_ERASURE)
    empty = email_table.update().where(email.id.in_(part)).values(subject="", body="", sender=None, forgotten_at=at)
    these = connection.scalars(empty.returning(email.id)).all()
    connection.execute(
        mail_table.update().where(mail.email_id.in_(these)).values(**BLANK_MAIL_FIELDS, beside={"own_id": ""})
    )
    _without_headers(connection, these)
    return len(these)


def _without_said(connection: sa.Connection) -> None:
    """No notes on what was forgotten, now or earlier, and nobody who has it in hand."""
    all_ = sa.select(email.id).where(email.forgotten_at.is_not(None))
    noted = (label_table.c.note != "") & label_table.c.email_id.in_(all_)
    connection.execute(label_table.update().where(noted).values(note=""))
    connection.execute(lease_table.delete().where(lease_table.c.email_id.in_(all_)))


def _without_headers(connection: sa.Connection, these: Sequence[str]) -> None:
    """Reasons are made of numbers, but for the one that quotes a header."""
    quoting = made.c.prediction["cause"].as_string() == "automatic"
    for row in connection.execute(made.select().where(made.c.id.in_(these), quoting)).mappings().all():
        change = made.update().where(made.c.id == row["id"])
        connection.execute(change.values(prediction={**row["prediction"], "reason": ""}))


def _take_out(connection: sa.Connection, table: sa.Table, names: tuple[str, ...], sender: str) -> None:
    """Put FORGOTTEN for an address, also where more follows, as in the name of a file."""
    address = re.compile(re.escape(sender), re.IGNORECASE)
    [key] = table.primary_key.columns
    has = sa.or_(*(table.c[name].icontains(sender, autoescape=True) for name in names))
    for row in connection.execute(sa.select(key, *(table.c[name] for name in names)).where(has)).mappings().all():
        clean = {name: address.sub(FORGOTTEN, row[name]) for name in names}
        connection.execute(table.update().where(key == row[key.name]).values(clean))
