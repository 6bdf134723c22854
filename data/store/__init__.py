"""Where mail, decisions and labels are kept: SQLite by default, PostgreSQL by its URL, through SQLAlchemy."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from data.schema import Email, Prediction, Received, Threshold, Triaged
from data.store.database import Database
from data.store.labels import Labels
from data.store.models import Models
from data.store.rows import email, email_row, received
from data.store.tables import email_table, threshold_table, triaged_table


class Store:
    """One database. Every method raises StoreAway when it cannot be reached; what returned is on disk."""

    def __init__(self, url: str) -> None:
        """Open the database of an SQLAlchemy URL, and bring its schema up to date."""
        self.database = Database(url)
        self.labels = Labels(self.database)
        self.models = Models(self.database)

    def keep(self, triaged: Sequence[Triaged]) -> None:
        """Add decisions and their emails, all or none."""

        def add(connection: sa.Connection) -> None:
            connection.execute(
                email_table.insert(), [email_row(one.id, one.at, "triage", one.email) for one in triaged]
            )
            connection.execute(triaged_table.insert(), [_row(one) for one in triaged])

        if triaged:
            self.database.write(add)

    def get(self, id: str) -> Triaged | None:
        """The decision of that id."""
        query = sa.select(triaged_table, *_of_email()).join(email_table).where(triaged_table.c.id == id)
        found = self.database.rows(query)
        return _triaged(found[0]) if found else None

    def receive(self, mail: Sequence[Received]) -> int:
        """Add emails that nobody has decided on; those whose id is known stay as they are. Returns how many are new."""
        rows = [email_row(one.id, one.at, one.source, one.email) for one in mail]
        return self.database.write(lambda connection: self.database.add(connection, email_table, rows))

    def received(self, most: int, without: Sequence[str] = ()) -> list[Received]:
        """The latest emails, sorted or not, the latest first; none of the sources that are named."""
        query = email_table.select().where(email_table.c.source.not_in(without))
        return [received(row) for row in self.database.rows(query.order_by(*_LATEST).limit(most))]

    def email(self, id: str) -> Received | None:
        """The email of that id."""
        found = self.database.rows(email_table.select().where(email_table.c.id == id))
        return received(found[0]) if found else None

    def set_threshold(self, threshold: Threshold) -> None:
        """Add what holds from now on."""
        self.database.write(lambda connection: connection.execute(threshold_table.insert().values(**asdict(threshold))))

    def thresholds(self, most: int = 10) -> list[Threshold]:
        """What was set, the latest first; the first one holds."""
        rows = self.database.rows(threshold_table.select().order_by(threshold_table.c.number.desc()).limit(most))
        return [Threshold(**{name: row[name] for name in Threshold.__dataclass_fields__}) for row in rows]

    def check(self) -> None:
        """Do nothing, or raise StoreAway."""
        self.database.rows(sa.select(1))


_LATEST = (email_table.c.at.desc(), email_table.c.id)


def _of_email() -> list[sa.Column]:
    return [email_table.c[name] for name in Email.model_fields]


def _row(one: Triaged) -> dict[str, Any]:
    made = one.prediction
    return {
        "id": one.id,
        "at": one.at,
        **{name: getattr(made, name) for name in ("category", "action", "priority", "confidence", "model_version")},
        "respond_by": one.respond_by,
        "latency_ms": one.latency_ms,
        "prediction": asdict(made),
    }


def _triaged(row: Any) -> Triaged:
    made = row["prediction"]
    return Triaged(
        id=row["id"],
        at=row["at"],
        email=email(row),
        prediction=Prediction(**{**made, "shortlist": tuple(made["shortlist"])}),
        respond_by=row["respond_by"],
        latency_ms=row["latency_ms"],
    )
