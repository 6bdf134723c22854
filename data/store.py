"""Where decisions and labels are kept: SQLite by default, through SQLAlchemy; the schema is versioned by Alembic."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from data.schema import Email, Label, Prediction, StoreAway, Threshold, Triaged

BUSY_SECONDS = 30
MIGRATIONS = Path(__file__).with_name("migrations")


class UtcDateTime(sa.TypeDecorator):
    """A time in UTC, on databases without time zones too."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value and (value if value.tzinfo else value.replace(tzinfo=UTC))


metadata = sa.MetaData()

triaged_table = sa.Table(
    "triaged",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False, index=True),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("sender", sa.Text),
    sa.Column("customers_affected", sa.Integer),
    sa.Column("category", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("priority", sa.Text, nullable=False),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("model_version", sa.Text, nullable=False),
    sa.Column("respond_by", UtcDateTime, nullable=False),
    sa.Column("latency_ms", sa.Float, nullable=False),
    sa.Column("prediction", sa.JSON, nullable=False),
)

label_table = sa.Table(
    "label",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("triaged_id", sa.String(32), sa.ForeignKey("triaged.id"), nullable=False, index=True),
    sa.Column("category", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("model_version", sa.Text, nullable=False),
)

threshold_table = sa.Table(
    "threshold",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("decide_above", sa.Float, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)


class Store:
    """One database. Every method raises StoreAway when it cannot be reached; what returned is on disk."""

    def __init__(self, url: str) -> None:
        """Open the database of an SQLAlchemy URL, and bring its schema up to date."""
        with _sentence("opened"):
            self._engine = _engine(url)
            self._migrate()

    def keep(self, triaged: Sequence[Triaged]) -> None:
        """Add decisions, all or none."""
        if triaged:
            with self._writing() as connection:
                connection.execute(triaged_table.insert(), [_row(one) for one in triaged])

    def get(self, id: str) -> Triaged | None:
        """The decision of that id."""
        with self._reading() as connection:
            row = connection.execute(triaged_table.select().where(triaged_table.c.id == id)).mappings().first()
        return row and _triaged(row)

    def label(self, label: Label) -> None:
        """Add what a person said of a decision that was kept."""
        with self._writing() as connection:
            connection.execute(label_table.insert().values(**asdict(label)))

    def labels(self, triaged_id: str) -> list[Label]:
        """All that people said of one decision, the oldest first."""
        query = label_table.select().where(label_table.c.triaged_id == triaged_id).order_by(label_table.c.number)
        with self._reading() as connection:
            rows = connection.execute(query).mappings().all()
        return [Label(**{name: row[name] for name in Label.__dataclass_fields__}) for row in rows]

    def set_threshold(self, threshold: Threshold) -> None:
        """Add what holds from now on."""
        with self._writing() as connection:
            connection.execute(threshold_table.insert().values(**asdict(threshold)))

    def thresholds(self, most: int = 10) -> list[Threshold]:
        """What was set, the latest first; the first one holds."""
        query = threshold_table.select().order_by(threshold_table.c.number.desc()).limit(most)
        with self._reading() as connection:
            rows = connection.execute(query).mappings().all()
        return [Threshold(**{name: row[name] for name in Threshold.__dataclass_fields__}) for row in rows]

    def check(self) -> None:
        """Do nothing, or raise StoreAway."""
        with self._reading() as connection:
            connection.execute(sa.select(1))

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        with _sentence("written to"), self._engine.execution_options(writes=True).begin() as connection:
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        with _sentence("read"), self._engine.connect() as connection:
            yield connection

    def _migrate(self) -> None:
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        with self._engine.execution_options(writes=True).begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def _engine(url: str) -> sa.Engine:
    parsed = sa.make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return sa.create_engine(parsed, pool_pre_ping=True)
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(parsed, connect_args={"timeout": BUSY_SECONDS})
    sa.event.listen(engine, "connect", _set_up_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # the driver's own transactions leave out DDL and take their lock too late
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    """Writers take the lock at once: a reader that turned into a writer would fail instead of waiting."""
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _sentence(done: str) -> Iterator[None]:
    try:
        yield
    except (sa.exc.SQLAlchemyError, OSError, ImportError, ValueError) as error:
        cause = getattr(error, "orig", None) or error
        raise StoreAway(f"The store could not be {done} ({cause}).") from error


def _row(one: Triaged) -> dict[str, Any]:
    made = one.prediction
    return {
        "id": one.id,
        "at": one.at,
        **one.email.model_dump(),
        **{name: getattr(made, name) for name in ("category", "action", "priority", "confidence", "model_version")},
        "respond_by": one.respond_by,
        "latency_ms": one.latency_ms,
        "prediction": asdict(made),
    }


def _triaged(row: Any) -> Triaged:
    email = Email.model_construct(**{name: row[name] for name in Email.model_fields})
    made = row["prediction"]
    return Triaged(
        id=row["id"],
        at=row["at"],
        email=email,
        prediction=Prediction(**{**made, "shortlist": tuple(made["shortlist"])}),
        respond_by=row["respond_by"],
        latency_ms=row["latency_ms"],
    )
