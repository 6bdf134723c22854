"""Request ids: one for each request, in the log, in the answer's X-Request-Id and in any error.

Not the library asgi-correlation-id (5.0): told to believe no id that comes with a request, it logs a warning for each;
it leaves out the refusals of web sockets; and what is ours, the log's variable and its line, would stay.
"""

import logging
from random import getrandbits
from time import perf_counter
from typing import Any

from starlette.datastructures import MutableHeaders

from data.logging_setup import request_id

RESPONSE_STARTS = ("http.response.start", "websocket.http.response.start")
"""ASGI messages that carry a response's headers; the second refuses a web socket."""

REQUEST_ID_HEADER = "x-request-id"

log = logging.getLogger("mailroom.requests")


class RequestIdMiddleware:
    """ASGI middleware, the outermost: gives each request an id of its own and logs how it was answered.

    An id that comes with the request is replaced, as anybody can send one.
    """

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        new_id, started, status = f"{getrandbits(48):012x}", perf_counter(), None
        MutableHeaders(scope=scope)[REQUEST_ID_HEADER] = new_id
        request_id.set(new_id)

        async def send_with_id(message: dict[str, Any]) -> None:
            nonlocal status
            if message["type"] in RESPONSE_STARTS:
                status = message["status"]
                message.setdefault("headers", [])
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = new_id
            await send(message)

        try:
            return await self._app(scope, receive, send_with_id)
        finally:
            _log_request(scope, status, perf_counter() - started)


def _log_request(scope: dict[str, Any], status: int | None, seconds: float) -> None:
    path = scope["path"]
    if "/static/" in path and status == 200:
        return
    detail = {"path": path, "status": status, "ms": round(seconds * 1000, 1)}
    log.info(scope.get("method", "WEBSOCKET"), extra=detail)
