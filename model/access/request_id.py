"""Every request has a number, which is in the log, in the answer and in any error; and every answer safe headers."""

import logging
from collections.abc import Sequence
from random import getrandbits
from time import perf_counter
from typing import Any

from data.logging_setup import request_id

log = logging.getLogger("mailroom.requests")

DOCS = "/docs"
"""How the address ends of the page that describes the API; it carries a script of its own, and shows no mail."""

CSP = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' blob: 'wasm-unsafe-eval' {scripts}",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
DOCS_POLICY = CSP.format(scripts="'unsafe-inline'").encode()
HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"SAMEORIGIN",
    b"referrer-policy": b"no-referrer",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    b"cross-origin-opener-policy": b"same-origin",
}
NUMBER = b"x-request-id"


class RequestIdMiddleware:
    """ASGI middleware, the outermost one. A number that came with the request is not believed."""

    def __init__(self, app: Any, scripts: Sequence[str] = ()) -> None:
        """`scripts` are the digests of what pages may run inline, as CSP writes them."""
        self._app = app
        self._policy = CSP.format(scripts=" ".join(f"'{one}'" for one in scripts)).encode()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        number, started, answered = f"{getrandbits(48):012x}", perf_counter(), {}
        others = [(name, value) for name, value in scope["headers"] if name != NUMBER]
        scope = {**scope, "headers": [*others, (NUMBER, number.encode())]}
        request_id.set(number)

        async def send_(message: dict[str, Any]) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                message = {**message, "headers": self._safe(message.get("headers", ()), scope["path"])}
                message["headers"].append((NUMBER, number.encode()))
            answered.setdefault(message["type"], message.get("status"))
            await send(message)

        try:
            return await self._app(scope, receive, send_)
        finally:
            _tell(scope, answered, started)

    def _safe(self, given: Any, path: str) -> list[tuple[bytes, bytes]]:
        added = {b"content-security-policy": DOCS_POLICY if path.endswith(DOCS) else self._policy, **HEADERS}
        names = {name.lower() for name, _ in given}
        return [*given, *((name, value) for name, value in added.items() if name not in names)]


def _tell(scope: dict[str, Any], answered: dict[str, Any], started: float) -> None:
    path, status = scope["path"], answered.get("http.response.start")
    if "/static/" in path and status == 200:
        return
    took = round((perf_counter() - started) * 1000, 1)
    log.info(scope.get("method", "WEBSOCKET"), extra={"path": path, "status": status, "ms": took})
