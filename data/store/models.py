"""Stores candidate models with their files, decisions on them, and the progress of trainings."""

import zlib
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from data.model_records import REJECTED, SHIPPED, TRAINING_CANCELLED, TRAINING_RUNNING, Promotion, StoredModel, Training
from data.store.database import Database
from data.store.tables import model_file_table, model_table, promotion_table, training_table

_COLUMNS = [model_table.c[name] for name in ("version", "at", "by", "manifest", "report")]
_METADATA = sa.select(*_COLUMNS).order_by(model_table.c.at.desc(), model_table.c.version)
_TICK = timedelta(microseconds=1)
_TRAINING = [training_table.c[field.name] for field in fields(Training)]


class ModelStore:
    """The tables of models, promotions and trainings; the latest promotion says which model is in force."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, model: StoredModel) -> None:
        """Adds a candidate with its files in one transaction; a known version stays as it is."""
        row = {column.name: getattr(model, column.name) for column in _COLUMNS}
        files = [{"version": model.version, "name": n, "content": zlib.compress(c)} for n, c in model.files.items()]

        def add(connection: sa.Connection) -> None:
            fresh = self._database.insert(model_table).on_conflict_do_nothing(index_elements=["version"])
            row["at"] = _after_latest(connection, model_table, model.at)
            if connection.execute(fresh.returning(model_table.c.version), [row]).first():
                connection.execute(model_file_table.insert(), files)

        self._database.write(add)

    def get(self, version: str) -> StoredModel | None:
        """The model of a version with its files; None where there is none."""
        found = self._database.rows(sa.select(*_COLUMNS).where(model_table.c.version == version))
        files = self._database.rows(model_file_table.select().where(model_file_table.c.version == version))
        contents = {row["name"]: zlib.decompress(row["content"]) for row in files}
        return StoredModel(**found[0], files=contents) if found else None

    def all(self) -> list[StoredModel]:
        """All models, latest first, without their files."""
        return [StoredModel(**row) for row in self._database.rows(_METADATA)]

    def latest(self) -> StoredModel | None:
        """The latest model, without its files."""
        found = self._database.rows(_METADATA.limit(1))
        return StoredModel(**found[0]) if found else None

    def decide(self, promotion: Promotion) -> None:
        """Adds a decision on a model to the log."""
        self._database.write(lambda connection: connection.execute(promotion_table.insert(), [asdict(promotion)]))

    def promotions(self, most: int = 50) -> list[Promotion]:
        """The latest decisions, latest first."""
        query = promotion_table.select().order_by(promotion_table.c.number.desc()).limit(most)
        return [_from_row(Promotion, row) for row in self._database.rows(query)]

    def in_force(self) -> str:
        """The version of the model in force; SHIPPED where none was promoted."""
        query = (
            sa.select(promotion_table.c.version)
            .where(promotion_table.c.what != REJECTED)
            .order_by(promotion_table.c.number.desc())
            .limit(1)
        )
        found = self._database.rows(query)
        return found[0]["version"] if found else SHIPPED

    def start_training(self, training: Training, since: datetime) -> bool:
        """Adds a training unless one is running. Returns whether it was added.

        One whose last heartbeat is before `since`, or as far in the future (the clock was wrong), counts as dead.
        """
        ahead = training.at + (training.at - since)

        def begin(connection: sa.Connection) -> bool:
            if self._database.engine.dialect.name == "postgresql":
                connection.execute(sa.text("lock table training in exclusive mode"))
            alive = sa.select(training_table.c.id).where(
                training_table.c.state == TRAINING_RUNNING, training_table.c.beat_at.between(since, ahead)
            )
            if connection.execute(alive).first():
                return False
            row = asdict(training) | {"at": _after_latest(connection, training_table, training.at)}
            connection.execute(training_table.insert(), [row])
            return True

        return self._database.write(begin)

    def training(self) -> Training | None:
        """The latest training."""
        found = self._database.rows(sa.select(*_TRAINING).order_by(training_table.c.at.desc()).limit(1))
        return Training(**found[0]) if found else None

    def update_training(self, id: str, **now: Any) -> bool:
        """Updates fields of a running training. Returns False where it runs no longer: somebody cancelled it."""

        def note(connection: sa.Connection) -> bool:
            running = training_table.update().where(
                training_table.c.id == id, training_table.c.state == TRAINING_RUNNING
            )
            return connection.execute(running.values(**now)).rowcount > 0

        return self._database.write(note)

    def cancel_training(self, id: str) -> None:
        """Cancels a running training, which stops at its next step."""
        self.update_training(id, state=TRAINING_CANCELLED)


def _after_latest(connection: sa.Connection, table: sa.Table, at: datetime) -> datetime:
    """That time, or just after the table's latest: new rows stay the latest even if the clock was set back."""
    latest = connection.scalar(sa.select(sa.func.max(table.c.at)))
    return max(at, latest + _TICK) if latest else at


def _from_row(kind: type, row: Any) -> Any:
    return kind(**{field.name: row[field.name] for field in fields(kind)})
