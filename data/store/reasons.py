"""Sentences on why the store is unavailable; they repeat neither its URL nor any data."""

import errno

import sqlalchemy as sa

LOCKED = "another program keeps it locked. It should be free in a moment."
FULL = "its disk is full. Whoever runs Mailroom has to make room there."
READ_ONLY = "its database can be read, but not written. Whoever runs Mailroom has to allow writing there."
UNOPENED = (
    "its file cannot be opened and written where it lies. Whoever runs Mailroom has to look at DATABASE_URL, "
    "and at who may write in that folder."
)
DAMAGED = "its file is not a database, or is damaged. Whoever runs Mailroom has to put a sound one there."
FAILING = "its disk fails, or is full. Whoever runs Mailroom has to look at it."
UNREACHED = (
    "its server cannot be reached, or refuses. That may pass by itself; if it stays, whoever runs Mailroom has to look "
    "at that server and at DATABASE_URL."
)
ADDRESS = (
    "its address cannot be used. Whoever runs Mailroom has to write DATABASE_URL as sqlite:///… or postgresql://…, "
    "with signs such as @ or : in a password as %40 or %3A."
)
NOT_INSTALLED = "a library that it needs is missing. Whoever runs Mailroom has to install requirements.txt."
UNFIT = "something in it does not fit together. Whoever runs Mailroom finds more in the log."

_BY_CODE = {
    "SQLITE_BUSY": LOCKED,
    "SQLITE_LOCKED": LOCKED,
    "SQLITE_FULL": FULL,
    "SQLITE_READONLY": READ_ONLY,
    "SQLITE_CANTOPEN": UNOPENED,
    "SQLITE_NOTADB": DAMAGED,
    "SQLITE_CORRUPT": DAMAGED,
    "SQLITE_IOERR": FAILING,
    "08": UNREACHED,
    "40": LOCKED,
    "25006": READ_ONLY,
    "42501": READ_ONLY,
    "53100": FULL,
    "53": UNREACHED,
    "55P03": LOCKED,
    "57P": UNREACHED,
    "58": FAILING,
    "XX001": DAMAGED,
    "XX002": DAMAGED,
}
"""Sentences by the beginning of SQLite's error name or PostgreSQL's SQLSTATE; the first match counts."""


def unavailable_reason(error: Exception) -> str:
    """The sentence for an error: what is wrong, and the way out."""
    if isinstance(error, OSError):
        return FULL if error.errno == errno.ENOSPC else UNOPENED
    if isinstance(error, ImportError):
        return NOT_INSTALLED
    if isinstance(error, sa.exc.TimeoutError):
        return LOCKED
    if isinstance(error, ValueError | sa.exc.ArgumentError):
        return ADDRESS
    known = next((sentence for start, sentence in _BY_CODE.items() if _code(error).startswith(start)), None)
    is_broken = isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError)
    return known or (UNREACHED if is_broken or _is_connecting(error) else UNFIT)


def error_name(error: Exception) -> str:
    """An error for the log, without messages that may quote rows or a password: its type, code and statement."""
    driver, statement = getattr(error, "orig", None), getattr(error, "statement", None) or ""
    parts = [type(driver or error).__name__, _code(error), " ".join(statement.split())[:120]]
    if _is_connecting(error) or isinstance(error, OSError | ImportError):
        parts.append(str(driver or error).partition("\n")[0])
    return " ".join(filter(None, parts))


def _is_connecting(error: Exception) -> bool:
    """Whether it happened while connecting, before any statement."""
    return isinstance(error, sa.exc.DBAPIError) and error.statement is None


def _code(error: Exception) -> str:
    driver = getattr(error, "orig", None)
    return getattr(driver, "sqlite_errorname", None) or getattr(driver, "sqlstate", None) or ""
