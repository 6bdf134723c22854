"""Why the store is away, in plain words. They repeat neither its address nor anything that was handed to it."""

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
"""By how SQLite's names of errors and PostgreSQL's SQLSTATEs begin."""


def unavailable_reason(error: Exception) -> str:
    """What is wrong, and the way out, for whoever reads it on a screen."""
    if isinstance(error, OSError):
        return FULL if error.errno == errno.ENOSPC else UNOPENED
    if isinstance(error, ImportError):
        return NOT_INSTALLED
    if isinstance(error, sa.exc.TimeoutError):
        return LOCKED
    if isinstance(error, ValueError | sa.exc.ArgumentError):
        return ADDRESS
    known = next((said for start, said in _BY_CODE.items() if _code(error).startswith(start)), None)
    broken = isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError)
    return known or (UNREACHED if broken or _connecting(error) else UNFIT)


def error_name(error: Exception) -> str:
    """What it is called, for the log: what drivers say on statements may quote rows, and a bad address its password."""
    driver, statement = getattr(error, "orig", None), getattr(error, "statement", None) or ""
    said = [type(driver or error).__name__, _code(error), " ".join(statement.split())[:120]]
    if _connecting(error) or isinstance(error, OSError | ImportError):
        said.append(str(driver or error).partition("\n")[0])
    return " ".join(filter(None, said))


def _connecting(error: Exception) -> bool:
    return isinstance(error, sa.exc.DBAPIError) and error.statement is None


def _code(error: Exception) -> str:
    driver = getattr(error, "orig", None)
    return getattr(driver, "sqlite_errorname", None) or getattr(driver, "sqlstate", None) or ""
