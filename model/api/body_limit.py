"""Limits the size of request bodies, and how many large ones are in memory at once.

Not Starlette's RequestBodyLimitMiddleware (1.10): it has no bound on what many bodies hold together.
"""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

from anyio import Semaphore

from model.api.errors import problem, problem_response

LARGE_BODY_BYTES = 2**20
MAX_LARGE_BODIES = 2
"""Bodies over LARGE bytes that are held in memory at the same time; the next ones wait unread."""


class BodyLimitMiddleware:
    """ASGI middleware: answers a body over `max_bytes` with 413, whether or not its length was announced."""

    def __init__(self, app: Callable[..., Awaitable[None]], max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._large_bodies = Semaphore(MAX_LARGE_BODIES)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        async with AsyncExitStack() as turn:
            return await self._read_and_answer(scope, receive, send, turn)

    async def _read_and_answer(self, scope: dict[str, Any], receive: Any, send: Any, turn: AsyncExitStack) -> None:
        body, more, is_large = bytearray(), True, False
        while more:
            if not is_large and len(body) > LARGE_BODY_BYTES:
                is_large = True
                await turn.enter_async_context(self._large_bodies)
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self._max_bytes:
                return await self._refuse(scope, receive, send)
        unread = [{"type": "http.request", "body": bytes(body), "more_body": False}]

        async def replay() -> dict[str, Any]:
            return unread.pop() if unread else await receive()

        return await self._app(scope, replay, send)

    async def _refuse(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        detail = f"The body is over {self._max_bytes // 2**20} MB: send fewer or shorter emails at once."
        await problem_response(problem(413, [], detail))(scope, receive, send)
