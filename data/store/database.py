"""Opens SQLite or PostgreSQL, migrates the schema, and runs read and write transactions."""

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
"""How long a transaction waits for a locked database: longer than our own writers ever hold the lock."""

POSTGRES_CONNECT_SECONDS = 5
MIGRATIONS = Path(data.__file__).with_name("migrations")
MIGRATION_LOCK = 7_245_113
"""Key of the advisory lock that processes take in PostgreSQL while they migrate: any number, the same for all."""

_migrating = Lock()
"""Alembic cannot run two migrations at a time in one process."""

log = logging.getLogger(__name__)

Result = TypeVar("Result")
TransactionBody = Callable[[sa.Connection], Result]


class Database:
    """An SQLAlchemy engine set up for Mailroom. All methods raise StoreUnavailable."""

    def __init__(self, url: str) -> None:
        """Opens the database of an SQLAlchemy URL and migrates its schema to the latest version."""
        with _raising_store_unavailable("opened"):
            self.engine = _engine(url)
            self._migrate()

    def write(self, work: TransactionBody[Result]) -> Result:
        """Runs `work` in one transaction, which is on disk afterwards. After a broken connection it runs once more."""
        with _raising_store_unavailable("written to"):
            return self._in_transaction(work, writes=True)

    def read(self, work: TransactionBody[Result]) -> Result:
        """Runs `work` in a transaction that only reads."""
        with _raising_store_unavailable("read"):
            return self._in_transaction(work, writes=False)

    def rows(self, query: sa.Select) -> list[sa.RowMapping]:
        """All rows of a query, as mappings by column name."""
        return self.read(lambda connection: list(connection.execute(query).mappings()))

    def add(self, connection: sa.Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> int:
        """Inserts the rows whose id is new. Returns their number."""
        if not rows:
            return 0
        add = self.insert(table).on_conflict_do_nothing(index_elements=["id"]).returning(table.c.id)
        return len(connection.execute(add, rows).all())

    def insert(self, table: sa.Table) -> Any:
        """The dialect's insert statement, which has `on_conflict_do_nothing` and `on_conflict_do_update`."""
        return (sqlite if self.engine.dialect.name == "sqlite" else postgresql).insert(table)

    def empty_journal(self) -> None:
        """Removes deleted rows from SQLite's write-ahead log; PostgreSQL does that itself."""
        if self.engine.dialect.name != "sqlite":
            return
        with _raising_store_unavailable("tidied"), closing(self.engine.raw_connection()) as connection:
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
        with engine.begin() as connection:  # once more on a new connection: the server was restarted
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
    options = {"hide_parameters": True, "pool_timeout": BUSY_SECONDS}  # parameters would put mail into the log
    if parsed.get_backend_name() in ("postgres", "postgresql"):
        parsed = parsed.set(drivername="postgresql+psycopg")
        timeout = {"connect_timeout": POSTGRES_CONNECT_SECONDS}
        return sa.create_engine(parsed, pool_pre_ping=True, connect_args=timeout, **options)
    if parsed.get_backend_name() != "sqlite":
        raise ValueError(f"{parsed.drivername} is neither sqlite nor postgresql")
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(parsed, connect_args={"timeout": BUSY_SECONDS}, **options)
    sa.event.listen(engine, "connect", _set_up_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # the driver's own transactions leave out DDL and take their lock too late
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
    _switch_to_wal(connection, monotonic() + BUSY_SECONDS)


def _switch_to_wal(connection: Any, deadline: float) -> None:
    """Retries by itself: this one statement ignores the busy timeout when several processes start at once."""
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
    """Writers lock from the start: a transaction that reads first and then writes would fail instead of waiting."""
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _raising_store_unavailable(done: str) -> Iterator[None]:
    try:
        yield
    except (sa.exc.SQLAlchemyError, OSError, ImportError, ValueError) as error:
        log.warning("The store could not be %s: %s", done, reasons.error_name(error))
        raise StoreUnavailable(
            f"The store could not be {done}: {reasons.unavailable_reason(error)}"
        ) from None  # drivers quote rows
