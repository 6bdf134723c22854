"""Logging as JSON lines on stderr, with the request id; error messages, which may quote mail, are left out."""

import logging
import sys
import traceback
from contextvars import ContextVar
from time import gmtime
from typing import Any

from pythonjsonlogger.json import JsonFormatter

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that the current task answers, "" outside of one."""

MAX_CAUSES = 10
"""Chained exceptions of an error that are logged."""

_FIELDS = "%(asctime)s %(levelname)s %(name)s %(message)s"
_RENAMED = {"asctime": "at", "levelname": "level", "name": "logger", "exc_info": "error"}

INFO_LOGGERS = ("mailroom", "pages", "model", "data")
"""Loggers that log from level INFO on; all others from WARNING on."""


def set_up_logging() -> None:
    """Sends every logger to stderr in one format. Call it again after imports that add loggers with handlers."""
    logging.setLogRecordFactory(_make_record)
    handler = logging.StreamHandler(sys.stderr)
    formatter = JsonFormatter(_FIELDS, rename_fields=_RENAMED, defaults={"request": ""})
    formatter.default_msec_format, formatter.default_time_format = "%s.%03dZ", "%Y-%m-%dT%H:%M:%S"
    formatter.converter = gmtime
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in INFO_LOGGERS:
        logging.getLogger(name).setLevel(logging.INFO)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("uvicorn.access").disabled = True  # our middleware logs requests, without their query
    for logger in logging.root.manager.loggerDict.values():
        if isinstance(logger, logging.Logger):
            logger.handlers.clear()
            logger.propagate = True


def error_places(error: BaseException) -> str:
    """The tracebacks of an error and its causes, innermost first, without messages, which may quote mail."""
    chain = [error]
    while len(chain) < MAX_CAUSES and (cause := chain[-1].__cause__ or chain[-1].__context__):
        chain.append(cause)
    return "\n".join(line for link in reversed(chain) for line in _traceback_lines(link))


def _traceback_lines(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)
    return [*(f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in frames), type(error).__qualname__]


def _make_record(*arguments: Any, **keywords: Any) -> logging.LogRecord:
    record = logging.LogRecord(*arguments, **keywords)
    record.request = request_id.get()
    if record.exc_info and record.exc_info[1]:
        record.exc_text, record.exc_info = error_places(record.exc_info[1]), None
    return record
