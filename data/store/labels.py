"""The log of what people said of emails, the answers that stand, and who is looking at which email just now."""

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
"""Candidates of a claim that are looked up together; the first of them is mostly free."""

LABELS_PER_QUERY = 1_000

SKIP_PERIOD = timedelta(hours=12)
"""How long an email is not offered again to whoever skipped it."""


class LabelStore:
    """An append-only log: nothing in it is changed or removed, and undoing is one more entry."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, labels: Sequence[Label]) -> int:
        """Add entries, all or none; those whose id is known already are passed over. Returns how many are new."""
        return self._database.write(lambda connection: self._add(connection, labels))

    def claim(self, claim: Claim) -> str | None:
        """Lease the first email of a claim that is free and lacks answers to its person; give back their others."""
        return self._database.write(lambda connection: self._claim(connection, claim))

    def add_and_claim(self, label: Label, claim: Claim) -> str | None:
        """Both, in one transaction."""

        def work(connection: sa.Connection) -> str | None:
            self._add(connection, [label])
            return self._claim(connection, claim)

        return self._database.write(work)

    def release(self, by: str) -> None:
        """Give back all that a person has leased."""
        self._database.write(lambda connection: connection.execute(_leased(by)))

    def history(self, email_id: str) -> list[Label]:
        """The whole log of one email, the oldest entry first."""
        query = label_table.select().where(label_table.c.email_id == email_id).order_by(label_table.c.number)
        return _labels(self._database.rows(query))

    def current_labels(self) -> list[Label]:
        """The labels that stand, the oldest first: one for each email, person and kind."""
        return _labels(self._database.rows(answer_view.select().order_by(answer_view.c.number)))

    def erased_emails(self) -> set[str]:
        """The ids of emails with labels that stand whose text is gone."""
        query = sa.select(answer_view.c.email_id).join(email_table, email_table.c.id == answer_view.c.email_id)
        return {row["email_id"] for row in self._database.rows(query.where(~NOT_ERASED))}

    def requested_emails(self, most: int) -> list[Received]:
        """The emails that somebody sent to labelling, the latest wish first, labelled since or not."""
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
        """The labels that stand, the oldest first, each with its email; a part at a time."""
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
        """All entries from a time on, of one person or of all, the oldest first."""
        query = label_table.select().where(label_table.c.at >= since).order_by(label_table.c.number)
        return _labels(self._database.rows(query.where(label_table.c.by == by) if by else query))

    def latest(self, by: str) -> Label | None:
        """The latest entry of a person on a page that can be undone: not an undoing, and not undone."""
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
        """What stands of a person's work from a time on."""
        one = answer_view.c
        agreed = one.category == one.suggested
        query = sa.select(
            sa.func.count(),
            sa.func.coalesce(sa.func.sum(one.seconds), 0.0),
            sa.func.count().filter(agreed),
            sa.func.count().filter(one.audit),
            sa.func.count().filter(one.audit & agreed),
        ).where(one.by == by, one.at >= since, one.via == "page")
        [row] = self._database.read(lambda connection: connection.execute(query).all())
        return Tally(*row)

    def _add(self, connection: sa.Connection, labels: Sequence[Label]) -> int:
        return self._database.add(connection, label_table, [asdict(one) for one in labels])

    def _claim(self, connection: sa.Connection, claim: Claim) -> str | None:
        connection.execute(_leased(claim.by))
        for start in range(0, len(claim.candidates), CLAIM_LOOKUP_EMAILS):
            some = claim.candidates[start : start + CLAIM_LOOKUP_EMAILS]
            ids = [id for id, _ in some]
            answered, there = _answered(connection, ids, claim), _there(connection, ids)
            for id, wanted in some:
                others = answered.get(id, set())
                if id not in there or claim.by in others or len(others) >= wanted:
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


def _answered(connection: sa.Connection, ids: Sequence[str], claim: Claim) -> dict[str, set[str]]:
    """Who has answered each email; whoever claims has, in this sense, where they skipped it a short while ago."""
    found: dict[str, set[str]] = {}
    undoing = label_table.alias()
    answered = sa.select(answer_view.c.email_id, answer_view.c.by).where(answer_view.c.email_id.in_(ids))
    skipped = (
        sa.select(label_table.c.email_id, label_table.c.by)
        .where(label_table.c.by == claim.by, label_table.c.kind == "skip", label_table.c.at > claim.now - SKIP_PERIOD)
        .where(label_table.c.email_id.in_(ids), ~sa.exists().where(undoing.c.undoes == label_table.c.id))
    )
    for id, by in connection.execute(answered.union(skipped)):
        found.setdefault(id, set()).add(by)
    return found


def _there(connection: sa.Connection, ids: Sequence[str]) -> set[str]:
    """The emails that were not forgotten since somebody put them in order."""
    return set(connection.scalars(sa.select(email_table.c.id).where(email_table.c.id.in_(ids), NOT_ERASED)))


def _leased(by: str) -> sa.Delete:
    return lease_table.delete().where(lease_table.c.by == by)


def _labels(rows: Sequence[Any]) -> list[Label]:
    return [Label(**{name: row[name] for name in Label.__dataclass_fields__}) for row in rows]
