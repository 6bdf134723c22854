"""Candidates with their files, who decided what on them, and how trainings go."""

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
_TRAINING = [training_table.c[one.name] for one in fields(Training)]


class ModelStore:
    """The models that people trained here. Which one is in force is the latest entry of the log of promotions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, model: StoredModel) -> None:
        """Add a candidate with its files, all or none; the same version again changes nothing."""
        row = {column.name: getattr(model, column.name) for column in _COLUMNS}
        files = [{"version": model.version, "name": n, "content": zlib.compress(c)} for n, c in model.files.items()]

        def add(connection: sa.Connection) -> None:
            fresh = self._database.insert(model_table).on_conflict_do_nothing(index_elements=["version"])
            row["at"] = _in_order(connection, model_table, model.at)
            if connection.execute(fresh.returning(model_table.c.version), [row]).first():
                connection.execute(model_file_table.insert(), files)

        self._database.write(add)

    def get(self, version: str) -> StoredModel | None:
        """A model with its files."""
        found = self._database.rows(sa.select(*_COLUMNS).where(model_table.c.version == version))
        files = self._database.rows(model_file_table.select().where(model_file_table.c.version == version))
        contents = {row["name"]: zlib.decompress(row["content"]) for row in files}
        return StoredModel(**found[0], files=contents) if found else None

    def all(self) -> list[StoredModel]:
        """All models, the latest first, without their files."""
        return [StoredModel(**row) for row in self._database.rows(_METADATA)]

    def latest(self) -> StoredModel | None:
        """The latest model, without its files."""
        found = self._database.rows(_METADATA.limit(1))
        return StoredModel(**found[0]) if found else None

    def decide(self, promotion: Promotion) -> None:
        """Add what somebody decided."""
        self._database.write(lambda connection: connection.execute(promotion_table.insert(), [asdict(promotion)]))

    def promotions(self, most: int = 50) -> list[Promotion]:
        """What was decided, the latest first."""
        query = promotion_table.select().order_by(promotion_table.c.number.desc()).limit(most)
        return [_made(Promotion, row) for row in self._database.rows(query)]

    def in_force(self) -> str:
        """The version that everybody should use; SHIPPED where nobody has promoted one."""
        query = (
            sa.select(promotion_table.c.version)
            .where(promotion_table.c.what != REJECTED)
            .order_by(promotion_table.c.number.desc())
            .limit(1)
        )
        found = self._database.rows(query)
        return found[0]["version"] if found else SHIPPED

    def start_training(self, training: Training, since: datetime) -> bool:
        """Begin a training, if none is running that was heard of since then. Returns whether it may begin.

        One that was heard of as long after now is not running either: the clock was ahead then.
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
            row = asdict(training) | {"at": _in_order(connection, training_table, training.at)}
            connection.execute(training_table.insert(), [row])
            return True

        return self._database.write(begin)

    def training(self) -> Training | None:
        """The latest training."""
        found = self._database.rows(sa.select(*_TRAINING).order_by(training_table.c.at.desc()).limit(1))
        return Training(**found[0]) if found else None

    def update_training(self, id: str, **now: Any) -> bool:
        """Note how a training goes. Returns whether it still should: False where somebody cancelled it."""

        def note(connection: sa.Connection) -> bool:
            running = training_table.update().where(
                training_table.c.id == id, training_table.c.state == TRAINING_RUNNING
            )
            return connection.execute(running.values(**now)).rowcount > 0

        return self._database.write(note)

    def cancel_training(self, id: str) -> None:
        """Let a training that runs stop at its next step."""
        self.update_training(id, state=TRAINING_CANCELLED)


def _in_order(connection: sa.Connection, table: sa.Table, at: datetime) -> datetime:
    """That time, or just after the latest in a table: what is new stays the latest where the clock was set back."""
    latest = connection.scalar(sa.select(sa.func.max(table.c.at)))
    return max(at, latest + _TICK) if latest else at


def _made(kind: type, row: Any) -> Any:
    return kind(**{one.name: row[one.name] for one in fields(kind)})
