"""Stores the append-only log of labels and the leases of emails that are being labelled."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from data.schema import Claim, Label, Received, Tally
from data.store.database import Database
from data.store.rows import NOT_ERASED, received_from_row
from data.store.tables import answer_view, email_table, label_table, lease_table

CLAIM_LOOKUP_EMAILS = 40
"""Candidates of a claim that are looked up in one query; the first of them is mostly free."""

LABELS_PER_QUERY = 1_000
"""Labels that `with_emails` reads in one query."""

SKIP_PERIOD = timedelta(hours=12)
"""How long an email is not offered again to a person who skipped it."""


class LabelStore:
    """The log of labels, in which undoing is one more entry, and the leases of emails.

    A label is current where it is neither undone nor replaced by a later one of the same kind, person and email.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, labels: Sequence[Label]) -> int:
        """Adds entries in one transaction; known ids are skipped. Returns the number of new ones."""
        return self._database.write(lambda connection: self._add(connection, labels))

    def claim(self, claim: Claim) -> str | None:
        """Ends the person's leases, and leases the first candidate that is free and still wants a label from them."""
        return self._database.write(lambda connection: self._claim(connection, claim))

    def add_and_claim(self, label: Label, claim: Claim) -> str | None:
        """`add` and `claim` in one transaction."""

        def work(connection: sa.Connection) -> str | None:
            self._add(connection, [label])
            return self._claim(connection, claim)

        return self._database.write(work)

    def release(self, by: str) -> None:
        """Ends all leases of a person."""
        self._database.write(lambda connection: connection.execute(_end_leases(by)))

    def history(self, email_id: str) -> list[Label]:
        """All entries on one email, oldest first."""
        query = label_table.select().where(label_table.c.email_id == email_id).order_by(label_table.c.number)
        return _labels(self._database.rows(query))

    def current_labels(self) -> list[Label]:
        """The current labels, oldest first: at most one for each email, person and kind."""
        return _labels(self._database.rows(answer_view.select().order_by(answer_view.c.number)))

    def erased_emails(self) -> set[str]:
        """Ids of erased emails with a current label."""
        query = sa.select(answer_view.c.email_id).join(email_table, email_table.c.id == answer_view.c.email_id)
        return {row["email_id"] for row in self._database.rows(query.where(~NOT_ERASED))}

    def requested_emails(self, most: int) -> list[Received]:
        """Emails that somebody sent to labelling, latest request first, labelled since or not."""
        latest = sa.func.max(label_table.c.number)
        query = (
            sa.select(email_table)
            .join(label_table, label_table.c.email_id == email_table.c.id)
            .where(label_table.c.kind == "wanted", NOT_ERASED)
            .group_by(email_table.c.id)
            .order_by(latest.desc())
            .limit(most)
        )
        return [received_from_row(row) for row in self._database.rows(query)]

    def with_emails(self) -> Iterator[tuple[Label, Received]]:
        """The current labels, oldest first, each with its email, read in parts."""
        last = 0
        while True:
            query = (
                sa.select(answer_view, *(column.label(f"of_{column.name}") for column in email_table.c))
                .join(email_table, email_table.c.id == answer_view.c.email_id)
                .where(answer_view.c.number > last, NOT_ERASED)
                .order_by(answer_view.c.number)
                .limit(LABELS_PER_QUERY)
            )
            rows = self._database.rows(query)
            for row in rows:
                email = {column.name: row[f"of_{column.name}"] for column in email_table.c}
                yield _labels([row])[0], received_from_row(email)
            if len(rows) < LABELS_PER_QUERY:
                return
            last = rows[-1]["number"]

    def log(self, since: datetime, by: str | None = None) -> list[Label]:
        """All entries since a time, of one person or of everybody, oldest first."""
        query = label_table.select().where(label_table.c.at >= since).order_by(label_table.c.number)
        return _labels(self._database.rows(query.where(label_table.c.by == by) if by else query))

    def latest(self, by: str) -> Label | None:
        """The latest entry of a person from the labelling page that can be undone."""
        undoing = label_table.alias()
        query = (
            label_table.select()
            .where(label_table.c.by == by, label_table.c.via == "page", label_table.c.kind != "undo")
            .where(~sa.exists().where(undoing.c.undoes == label_table.c.id))
            .order_by(label_table.c.number.desc())
            .limit(1)
        )
        found = _labels(self._database.rows(query))
        return found[0] if found else None

    def tally(self, by: str, since: datetime) -> Tally:
        """Counts of a person's current labels since a time."""
        label = answer_view.c
        agrees = label.category == label.suggested
        query = sa.select(
            sa.func.count(),
            sa.func.coalesce(sa.func.sum(label.seconds), 0.0),
            sa.func.count().filter(agrees),
            sa.func.count().filter(label.audit),
            sa.func.count().filter(label.audit & agrees),
        ).where(label.by == by, label.at >= since, label.via == "page")
        [row] = self._database.read(lambda connection: connection.execute(query).all())
        return Tally(*row)

    def _add(self, connection: sa.Connection, labels: Sequence[Label]) -> int:
        return self._database.add(connection, label_table, [asdict(label) for label in labels])

    def _claim(self, connection: sa.Connection, claim: Claim) -> str | None:
        connection.execute(_end_leases(claim.by))
        for start in range(0, len(claim.candidates), CLAIM_LOOKUP_EMAILS):
            candidates = claim.candidates[start : start + CLAIM_LOOKUP_EMAILS]
            ids = [id for id, _ in candidates]
            labellers, existing = _labellers(connection, ids, claim), _not_erased(connection, ids)
            for id, wanted in candidates:
                by = labellers.get(id, set())
                if id not in existing or claim.by in by or len(by) >= wanted:
                    continue
                if connection.execute(self._lease(id, claim)).first():
                    return id
        return None

    def _lease(self, id: str, claim: Claim) -> Any:
        lease = {"by": claim.by, "until": claim.until}
        return (
            self._database.insert(lease_table)
            .values(email_id=id, **lease)
            .on_conflict_do_update(index_elements=["email_id"], set_=lease, where=lease_table.c.until <= claim.now)
            .returning(lease_table.c.email_id)
        )


def _labellers(connection: sa.Connection, ids: Sequence[str], claim: Claim) -> dict[str, set[str]]:
    """Who has labelled each email; the claim's person counts too where they skipped it within SKIP_PERIOD."""
    labellers: dict[str, set[str]] = {}
    undoing = label_table.alias()
    labelled = sa.select(answer_view.c.email_id, answer_view.c.by).where(answer_view.c.email_id.in_(ids))
    skipped = (
        sa.select(label_table.c.email_id, label_table.c.by)
        .where(label_table.c.by == claim.by, label_table.c.kind == "skip", label_table.c.at > claim.now - SKIP_PERIOD)
        .where(label_table.c.email_id.in_(ids), ~sa.exists().where(undoing.c.undoes == label_table.c.id))
    )
    for id, by in connection.execute(labelled.union(skipped)):
        labellers.setdefault(id, set()).add(by)
    return labellers


def _not_erased(connection: sa.Connection, ids: Sequence[str]) -> set[str]:
    """Those of the ids whose email was not erased since the queue was built."""
    return set(connection.scalars(sa.select(email_table.c.id).where(email_table.c.id.in_(ids), NOT_ERASED)))


def _end_leases(by: str) -> sa.Delete:
    return lease_table.delete().where(lease_table.c.by == by)


def _labels(rows: Sequence[Any]) -> list[Label]:
    return [Label(**{name: row[name] for name in Label.__dataclass_fields__}) for row in rows]
