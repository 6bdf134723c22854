"""The gate before pages and API: who asks, whether they may, how often, for how long."""

import logging
from asyncio import timeout
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from anyio import to_thread
from starlette.requests import HTTPConnection

from data.access import PROGRAM, SCOPE_SEE, Principal
from data.schema import StoreUnavailable
from data.settings import Settings
from model.access.authenticator import Authenticator
from model.access.rate_limit import RateLimit, RateLimiter, RateLimitExceeded

COOKIE = "mailroom_session"

WITHOUT_KEY = "A key is needed: send it as Authorization: Bearer. Whoever is a lead here can make one."

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not answered, as a status of HTTP and a sentence; `wait` in seconds, where waiting helps."""

    status: int
    sentence: str
    wait: int | None = None


class Refuses(Protocol):
    """How a door says no to a request (its scope): an ASGI application that answers it."""

    def __call__(self, scope: dict[str, Any], refusal: Refusal) -> Callable[..., Awaitable[None]]: ...


@dataclass(frozen=True, slots=True)
class AccessPolicy:
    """What differs between doors: how they refuse, what everybody may have, which scope the rest needs, whether
    keys open them, and what is neither counted nor timed."""

    refuse: Refuses
    free: Callable[[str], bool]
    needs: Callable[[str], str] = lambda path: SCOPE_SEE
    keys: bool = False
    uncounted: Callable[[str], bool] = lambda path: False
    endless: Callable[[str], bool] = lambda path: False


class AccessMiddleware:
    """ASGI middleware: what has no guest who may is refused, unless it is free."""

    def __init__(self, app: Any, doorman: Callable[[], Authenticator], settings: Settings, door: AccessPolicy) -> None:
        self._app = app
        self._doorman = doorman
        self._proxies = settings.proxies
        self._seconds = settings.request_seconds
        self._door = door
        self._throttle = RateLimiter(RateLimit(settings.requests_a_minute, 60))

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        refusal = await self._refusal(scope)
        if refusal:
            if refusal.status in (401, 403, 429):
                log.info("refused", extra={"status": refusal.status, "address": client_address(scope, self._proxies)})
            return await self._refuse(scope, refusal, receive, send)
        if scope["type"] == "websocket":
            return await self._app(scope, partial(self._while_in, scope, receive), send)
        return await self._in_time(scope, receive, send)

    async def _refusal(self, scope: dict[str, Any]) -> Refusal | None:
        path, who = request_path(scope), client_address(scope, self._proxies)
        if self._door.free(path):
            return None
        try:
            guest = await self._guest(scope)
            if not self._door.uncounted(path):
                self._throttle.count(f"key {guest.name}" if guest and guest.role == PROGRAM else who)
        except RateLimitExceeded as error:
            return Refusal(429, str(error), error.seconds)
        except StoreUnavailable as error:
            return Refusal(503, f"{error} So it cannot be told who you are: try again in a moment.", 5)
        if guest is None:
            return Refusal(401, WITHOUT_KEY if self._door.keys else "Sign in first.")
        if guest.role != PROGRAM and is_cross_site(scope):
            return Refusal(403, "That came from the page of another site.")
        need = self._door.needs(path)
        return None if guest.may(need) else Refusal(403, f"That takes “{need}”, which this is not for.")

    async def _guest(self, scope: dict[str, Any]) -> Principal | None:
        doorman = self._doorman()
        if self._door.keys and (key := _key_of(scope)):
            return await to_thread.run_sync(doorman.by_key, key)
        secret = session_secret(scope)
        return doorman.by_session(None) if doorman.open else await to_thread.run_sync(doorman.by_session, secret)

    async def _while_in(self, scope: dict[str, Any], receive: Any) -> dict[str, Any]:
        """The next message of a socket, or its end where the session is over. An absent store ends nobody's session."""
        message = await receive()
        try:
            guest = await self._guest(scope)
        except StoreUnavailable:
            return message
        return message if guest else {"type": "websocket.disconnect", "code": 4401, "reason": "signed out"}

    async def _in_time(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if self._door.endless(request_path(scope)):
            return await self._app(scope, receive, send)
        started = False

        async def send_(message: dict[str, Any]) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            async with timeout(self._seconds) as limit:
                await self._app(scope, receive, send_)
        except TimeoutError:
            if started or not limit.expired():
                raise
            late = f"It took longer than {self._seconds:g} s and was given up: a person should decide, or try again."
            await self._refuse(scope, Refusal(503, late, 5), receive, send)

    async def _refuse(self, scope: dict[str, Any], refusal: Refusal, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": 4400 + refusal.status % 100})
        return await self._door.refuse(scope, refusal)(scope, receive, send)


def client_address(scope: dict[str, Any], proxies: int) -> str:
    """Who asks: the peer, or what the outermost of so many proxies that are trusted says of it."""
    peer = scope["client"][0] if scope.get("client") else ""
    told = [part.strip() for one in HTTPConnection(scope).headers.getlist("x-forwarded-for") for part in one.split(",")]
    return [*told, peer][-1 - proxies] if proxies <= len(told) else peer


def request_path(scope: dict[str, Any]) -> str:
    """The path within the application that is asked."""
    return scope["path"].removeprefix(scope.get("root_path", ""))


def session_secret(scope: dict[str, Any]) -> str | None:
    """The secret of the session that came in a cookie."""
    return HTTPConnection(scope).cookies.get(COOKIE)


def _key_of(scope: dict[str, Any]) -> str | None:
    kind, _, key = HTTPConnection(scope).headers.get("authorization", "").partition(" ")
    return key.strip() if kind.lower() == "bearer" else None


def is_cross_site(scope: dict[str, Any]) -> bool:
    """Whether another site's page asks for a change in the name of whoever looks at it."""
    safe = scope.get("method", "GET") in ("GET", "HEAD", "OPTIONS")
    return not safe and HTTPConnection(scope).headers.get("sec-fetch-site") in ("cross-site", "same-site")
