"""The log: one JSON object a line, with the number of the request, and never what a mail says."""

import logging
import sys
import traceback
from contextvars import ContextVar
from time import gmtime
from typing import Any

from pythonjsonlogger.json import JsonFormatter

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Of the request that is being answered here."""

MAX_CAUSES = 10
_FIELDS = "%(asctime)s %(levelname)s %(name)s %(message)s"
_RENAMED = {"asctime": "at", "levelname": "level", "name": "logger", "exc_info": "error"}


INFO_LOGGERS = ("mailroom", "pages", "model", "data")
"""The loggers of which more is told than what goes wrong."""


def set_up_logging() -> None:
    """Write every logger's lines to stderr in one format; call it again once more loggers are there."""
    logging.setLogRecordFactory(_record)
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
    logging.getLogger("uvicorn.access").disabled = True  # requests are told by their number, without what they ask for
    for one in logging.root.manager.loggerDict.values():
        if isinstance(one, logging.Logger):
            one.handlers.clear()
            one.propagate = True


def error_places(error: BaseException) -> str:
    """The kinds and places of an error and its causes; not its words, which may be a mail's."""
    chain = [error]
    while len(chain) < MAX_CAUSES and (cause := chain[-1].__cause__ or chain[-1].__context__):
        chain.append(cause)
    return "\n".join(line for one in reversed(chain) for line in _lines(one))


def _lines(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)
    return [*(f"{one.filename}:{one.lineno} in {one.name}" for one in frames), type(error).__qualname__]


def _record(*given: Any, **named: Any) -> logging.LogRecord:
    record = logging.LogRecord(*given, **named)
    record.request = request_id.get()
    if record.exc_info and record.exc_info[1]:
        record.exc_text, record.exc_info = error_places(record.exc_info[1]), None
    return record
