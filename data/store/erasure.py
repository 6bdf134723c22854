"""Erases the text of mail from all tables; its decisions, labels and counts stay, without text."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from data.mail import BATCH_WATCHED
from data.sample_mail import SOURCE_SAMPLE
from data.store.database import Database
from data.store.rows import NOT_ERASED
from data.store.tables import (
    bad_mail_table,
    batch_table,
    email_table,
    label_table,
    lease_table,
    mail_table,
    triaged_table,
)

EMAILS_PER_ERASURE = 2_000
"""Emails that are erased in one transaction."""

FORGOTTEN = "[forgotten]"
"""Replaces an erased address or file name."""

BLANK_MAIL_FIELDS = {"file": "", "position": "", "message_id": "", "thread_id": "", "automatic": "", "given": ""}
NAME_COLUMNS = {
    bad_mail_table: ("file", "position", "reason"),
    mail_table: ("file", "position"),
    label_table: ("note",),
    batch_table: ("name",),
}
"""Columns in which people's notes or the names of their files may hold an address."""

_email, _mail, _rejected, _batch = email_table.c, mail_table.c, bad_mail_table.c, batch_table.c


class Erasure:
    """Erases mail for good: no method of the store returns it again."""

    database: Database

    def count_from(self, sender: str) -> int:
        """The number of emails from an address, ignoring case."""
        return self.database.read(lambda connection: connection.scalar(_count(_is_from(connection, sender))))

    def count_before(self, limit: datetime) -> int:
        """The number of emails received before that time, without the sample mail."""
        return self.database.read(lambda connection: connection.scalar(_count(_is_before(limit))))

    def erase_sender(self, sender: str, at: datetime) -> int:
        """Erases all mail from an address, ignoring case, and the address itself. Returns the number of emails.

        Later mail from the address is kept as usual.
        """

        def erase_names(connection: sa.Connection) -> None:
            for table, columns in NAME_COLUMNS.items():
                _replace_address(connection, table, columns, sender)

        return self._erase(lambda connection: _is_from(connection, sender), erase_names, at)

    def erase_before(self, limit: datetime, at: datetime) -> int:
        """Erases all mail received before that time, and the names of its files. Returns the number of emails."""

        def erase_names(connection: sa.Connection) -> None:
            old = (_batch.at < limit) & (_batch.state != BATCH_WATCHED)
            connection.execute(bad_mail_table.delete().where(_rejected.batch_id.in_(sa.select(_batch.id).where(old))))
            connection.execute(batch_table.update().where(old, _batch.name != FORGOTTEN).values(name=FORGOTTEN))

        return self._erase(lambda _: _is_before(limit), erase_names, at)

    def _erase(
        self, which: Callable[[sa.Connection], Any], erase_names: Callable[[sa.Connection], None], at: datetime
    ) -> int:
        """Erases in short transactions, so that others need not wait; a run that was interrupted can be repeated."""
        total = 0
        while count := self.database.write(lambda connection: _erase_some(connection, which(connection), at)):
            total += count
        self.database.write(lambda connection: (erase_names(connection), _erase_notes(connection)))
        self.database.empty_journal()
        return total


def _count(which: sa.ColumnElement[bool]) -> sa.Select:
    return sa.select(sa.func.count()).select_from(email_table).where(NOT_ERASED, which)


def _is_before(limit: datetime) -> sa.ColumnElement[bool]:
    return (_email.at < limit) & (_email.source != SOURCE_SAMPLE)


def _is_from(connection: sa.Connection, sender: str) -> sa.ColumnElement[bool]:
    """Compares in Python: databases differ in which letters they fold."""
    senders = connection.scalars(sa.select(_email.sender).where(_email.sender.is_not(None)).distinct())
    return _email.sender.in_([known for known in senders if known.casefold() == sender.casefold()])


def _erase_some(connection: sa.Connection, which: sa.ColumnElement[bool], at: datetime) -> int:
    """Erases some of those emails. Returns their number, 0 where none is left."""
    some = sa.select(_email.id).where(NOT_ERASED, which).limit(EMAILS_PER_ERASURE)
    erase = email_table.update().where(_email.id.in_(some)).values(subject="", body="", sender=None, forgotten_at=at)
    ids = connection.scalars(erase.returning(_email.id)).all()
    connection.execute(
        mail_table.update().where(_mail.email_id.in_(ids)).values(**BLANK_MAIL_FIELDS, beside={"own_id": ""})
    )
    _erase_quoted_headers(connection, ids)
    return len(ids)


def _erase_notes(connection: sa.Connection) -> None:
    """Deletes the notes on erased emails, and the leases of them."""
    erased = sa.select(_email.id).where(_email.forgotten_at.is_not(None))
    noted = (label_table.c.note != "") & label_table.c.email_id.in_(erased)
    connection.execute(label_table.update().where(noted).values(note=""))
    connection.execute(lease_table.delete().where(lease_table.c.email_id.in_(erased)))


def _erase_quoted_headers(connection: sa.Connection, ids: Sequence[str]) -> None:
    """Removes the reasons that quote a header; all others are made of numbers."""
    triaged = triaged_table.c
    quotes_header = triaged.prediction["cause"].as_string() == "automatic"
    query = triaged_table.select().where(triaged.id.in_(ids), quotes_header)
    for row in connection.execute(query).mappings().all():
        update = triaged_table.update().where(triaged.id == row["id"])
        connection.execute(update.values(prediction={**row["prediction"], "reason": ""}))


def _replace_address(connection: sa.Connection, table: sa.Table, names: tuple[str, ...], sender: str) -> None:
    """Replaces an address by FORGOTTEN, also within longer text such as a file name."""
    address = re.compile(re.escape(sender), re.IGNORECASE)
    [key] = table.primary_key.columns
    holds_address = sa.or_(*(table.c[name].icontains(sender, autoescape=True) for name in names))
    query = sa.select(key, *(table.c[name] for name in names)).where(holds_address)
    for row in connection.execute(query).mappings().all():
        replaced = {name: address.sub(FORGOTTEN, row[name]) for name in names}
        connection.execute(table.update().where(key == row[key.name]).values(replaced))
