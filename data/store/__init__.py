"""The store: emails, decisions, labels, models and sessions in SQLite or PostgreSQL, through SQLAlchemy."""

from collections.abc import Sequence
from dataclasses import asdict

import sqlalchemy as sa

from data.mail import TriagedMail
from data.provenance import Provenance
from data.schema import Received, Threshold, Triaged
from data.store.access import CredentialStore
from data.store.database import Database
from data.store.decisions import add_decisions
from data.store.erasure import Erasure
from data.store.inbox import InboxStore
from data.store.labels import LabelStore
from data.store.mailbox_progress import MailboxProgress
from data.store.models import ModelStore
from data.store.rows import NOT_ERASED, email_columns, email_row, received_from_row, triaged_from_row
from data.store.tables import email_table, threshold_table, triaged_table


class Store(Erasure):
    """One database. What a method has written is on disk when it returns; every method raises StoreUnavailable."""

    def __init__(self, url: str) -> None:
        """Opens the database of an SQLAlchemy URL and migrates its schema to the latest version."""
        self.database = Database(url)
        self.labels = LabelStore(self.database)
        self.models = ModelStore(self.database)
        self.inbox = InboxStore(self.database)
        self.mailbox_progress = MailboxProgress(self.database)
        self.access = CredentialStore(self.database)

    def keep(self, decided: Sequence[TriagedMail], provenance: Provenance) -> list[TriagedMail]:
        """Inserts decisions with their emails in one transaction. Returns those that were inserted.

        Mails whose lease another watcher has taken over are left out.
        """
        if not decided and not provenance.batch:
            return []
        return self.database.write(lambda connection: add_decisions(connection, decided, provenance))

    def get(self, id: str) -> Triaged | None:
        """The decision of an id; None where there is none."""
        query = sa.select(triaged_table, *email_columns()).join(email_table).where(triaged_table.c.id == id, NOT_ERASED)
        found = self.database.rows(query)
        return triaged_from_row(found[0]) if found else None

    def receive(self, mail: Sequence[Received]) -> int:
        """Inserts emails without decisions; known ids stay as they are. Returns the number of new ones."""
        rows = [email_row(email.id, email.at, email.source, email.email) for email in mail]
        return self.database.write(lambda connection: self.database.add(connection, email_table, rows))

    def received(self, most: int, without: Sequence[str] = ()) -> list[Received]:
        """The latest `most` emails, with a decision or not, latest first, except those of some sources."""
        query = email_table.select().where(email_table.c.source.not_in(without), NOT_ERASED)
        return [received_from_row(row) for row in self.database.rows(query.order_by(*_LATEST).limit(most))]

    def email(self, id: str) -> Received | None:
        """The email of an id; None where there is none."""
        found = self.database.rows(email_table.select().where(email_table.c.id == id, NOT_ERASED))
        return received_from_row(found[0]) if found else None

    def set_threshold(self, threshold: Threshold) -> None:
        """Adds the threshold that is in force from now on."""
        self.database.write(lambda connection: connection.execute(threshold_table.insert().values(**asdict(threshold))))

    def thresholds(self, most: int = 10) -> list[Threshold]:
        """The latest thresholds, latest first; the first one is in force."""
        rows = self.database.rows(threshold_table.select().order_by(threshold_table.c.number.desc()).limit(most))
        return [Threshold(**{name: row[name] for name in Threshold.__dataclass_fields__}) for row in rows]

    def check(self) -> None:
        """Raises StoreUnavailable where the database cannot be read."""
        self.database.rows(sa.select(1))


_LATEST = (email_table.c.at.desc(), email_table.c.id)
