"""Refuses a request whose body is too large, before any of it is parsed, and holds few large ones at once."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

from anyio import Semaphore

LARGE = 2**20
AT_ONCE = 2
"""Bodies over LARGE bytes that are held in memory at the same time; the next ones wait unread."""


class BodyLimit:
    """ASGI middleware: a body over `most` bytes is answered with 413, whether or not its length was announced."""

    def __init__(self, app: Callable[..., Awaitable[None]], most: int) -> None:
        self._app = app
        self._most = most
        self._large = Semaphore(AT_ONCE)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        async with AsyncExitStack() as held:
            return await self._bounded(scope, receive, send, held)

    async def _bounded(self, scope: dict[str, Any], receive: Any, send: Any, held: AsyncExitStack) -> None:
        body, more, small = bytearray(), True, True
        while more:
            if small and len(body) > LARGE:
                small = False
                await held.enter_async_context(self._large)
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self._most:
                return await self._refuse(scope, receive, send)
        waiting = [{"type": "http.request", "body": bytes(body), "more_body": False}]

        async def replay() -> dict[str, Any]:
            return waiting.pop() if waiting else await receive()

        return await self._app(scope, replay, send)

    async def _refuse(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        from model.api.errors import problem, problem_response

        detail = f"The body is over {self._most // 2**20} MB: send fewer or shorter emails at once."
        await problem_response(problem(413, [], detail))(scope, receive, send)
