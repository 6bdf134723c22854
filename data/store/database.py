"""One database, SQLite or PostgreSQL: opened, brought up to date, written to and read in transactions."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from sqlite3 import OperationalError
from threading import Lock
from time import monotonic, sleep
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

import data
from data.schema import StoreUnavailable
from data.store import reasons

BUSY_SECONDS = 10
"""How long a visitor waits at most for a database that is locked: longer than our own writers ever keep it."""

POSTGRES_CONNECT_SECONDS = 5
MIGRATIONS = Path(data.__file__).with_name("migrations")
MIGRATION_LOCK = 7_245_113
"""Any number, the same for all who start at once on one PostgreSQL."""

_migrating = Lock()
"""Alembic knows one migration at a time in a process."""

log = logging.getLogger(__name__)

Result = TypeVar("Result")
TransactionBody = Callable[[sa.Connection], Result]


class Database:
    """An engine with its habits. What `write` returned from is on disk; all raise StoreUnavailable."""

    def __init__(self, url: str) -> None:
        """Open the database of an SQLAlchemy URL, and bring its schema up to date."""
        with _sentence("opened"):
            self.engine = _engine(url)
            self._migrate()

    def write(self, work: TransactionBody[Result]) -> Result:
        """Do that work in one transaction. It may be done twice, where a connection broke."""
        with _sentence("written to"):
            return self._in_transaction(work, writes=True)

    def read(self, work: TransactionBody[Result]) -> Result:
        """Do that work, which changes nothing."""
        with _sentence("read"):
            return self._in_transaction(work, writes=False)

    def rows(self, query: sa.Select) -> list[sa.RowMapping]:
        """All rows of a query, by column name."""
        return self.read(lambda connection: list(connection.execute(query).mappings()))

    def add(self, connection: sa.Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> int:
        """Insert the rows whose id is not there yet. Returns how many."""
        if not rows:
            return 0
        add = self.insert(table).on_conflict_do_nothing(index_elements=["id"]).returning(table.c.id)
        return len(connection.execute(add, rows).all())

    def insert(self, table: sa.Table) -> Any:
        """An insert that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
        return (sqlite if self.engine.dialect.name == "sqlite" else postgresql).insert(table)

    def empty_journal(self) -> None:
        """Let nothing of what was deleted stay in SQLite's journal; PostgreSQL tidies up by itself."""
        if self.engine.dialect.name != "sqlite":
            return
        with _sentence("tidied"), closing(self.engine.raw_connection()) as connection:
            busy, *_ = connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            log.warning("Somebody reads the store: what was deleted stays in its journal until the next time.")

    def _in_transaction(self, work: TransactionBody[Result], writes: bool) -> Result:
        engine = self.engine.execution_options(writes=writes)
        try:
            with engine.begin() as connection:
                return work(connection)
        except sa.exc.DBAPIError as error:
            if not error.connection_invalidated:
                raise
        with engine.begin() as connection:  # the server was restarted
            return work(connection)

    def _migrate(self) -> None:
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        with _migrating, self.engine.execution_options(writes=True).begin() as connection:
            if self.engine.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_LOCK)))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def _engine(url: str) -> sa.Engine:
    parsed = sa.make_url(url)
    habits = {"hide_parameters": True, "pool_timeout": BUSY_SECONDS}  # parameters are mail
    if parsed.get_backend_name() in ("postgres", "postgresql"):
        parsed = parsed.set(drivername="postgresql+psycopg")
        connecting = {"connect_timeout": POSTGRES_CONNECT_SECONDS}
        return sa.create_engine(parsed, pool_pre_ping=True, connect_args=connecting, **habits)
    if parsed.get_backend_name() != "sqlite":
        raise ValueError(f"{parsed.drivername} is neither sqlite nor postgresql")
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(parsed, connect_args={"timeout": BUSY_SECONDS}, **habits)
    sa.event.listen(engine, "connect", _set_up_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # the driver's own transactions leave out DDL and take their lock too late
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
    _switch_to_wal(connection, monotonic() + BUSY_SECONDS)


def _switch_to_wal(connection: Any, deadline: float) -> None:
    """The one statement that does not wait for other processes by itself, when all of them start at once."""
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except OperationalError:
            if monotonic() > deadline:
                raise
            sleep(0.02)
        else:
            return


def _begin_sqlite(connection: sa.Connection) -> None:
    """Writers take the lock at once: a reader that turned into a writer would fail instead of waiting."""
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _sentence(done: str) -> Iterator[None]:
    try:
        yield
    except (sa.exc.SQLAlchemyError, OSError, ImportError, ValueError) as error:
        log.warning("The store could not be %s: %s", done, reasons.error_name(error))
        raise StoreUnavailable(
            f"The store could not be {done}: {reasons.unavailable_reason(error)}"
        ) from None  # drivers quote rows
