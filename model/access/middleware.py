"""Access control for pages and API: who asks, whether they may, how often, and for how long."""

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

SESSION_COOKIE = "mailroom_session"

KEY_NEEDED = "A key is needed: send it as Authorization: Bearer. Whoever is a lead here can make one."
RETRY_AFTER_SECONDS = 5
"""After how long to try again where the store is away or a request took too long."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not answered: an HTTP status, a sentence, and the seconds until another try may work."""

    status: int
    sentence: str
    retry_after: int | None = None


class RefusalResponse(Protocol):
    """Makes the ASGI application that answers a request (its scope) with a refusal."""

    def __call__(self, scope: dict[str, Any], refusal: Refusal) -> Callable[..., Awaitable[None]]: ...


@dataclass(frozen=True, slots=True)
class AccessPolicy:
    """What differs between pages and API, by path: what is public, the scope that the rest needs, whether API keys
    are accepted, and what is not rate-limited or not ended after `Settings.request_seconds`."""

    refuse: RefusalResponse
    is_public: Callable[[str], bool]
    required_scope: Callable[[str], str] = lambda path: SCOPE_SEE
    accepts_keys: bool = False
    is_unlimited: Callable[[str], bool] = lambda path: False
    is_untimed: Callable[[str], bool] = lambda path: False


class AccessMiddleware:
    """ASGI middleware: refuses requests that are not public and come from nobody who may make them."""

    def __init__(
        self, app: Any, authenticator: Callable[[], Authenticator], settings: Settings, policy: AccessPolicy
    ) -> None:
        self._app = app
        self._authenticator = authenticator
        self._proxies = settings.proxies
        self._seconds = settings.request_seconds
        self._policy = policy
        self._limiter = RateLimiter(RateLimit(settings.requests_a_minute, 60))

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        refusal = await self._refusal(scope)
        if refusal:
            if refusal.status in (401, 403, 429):
                log.info("refused", extra={"status": refusal.status, "address": client_address(scope, self._proxies)})
            return await self._refuse(scope, refusal, receive, send)
        if scope["type"] == "websocket":
            return await self._app(scope, partial(self._receive_while_signed_in, scope, receive), send)
        return await self._answer_in_time(scope, receive, send)

    async def _refusal(self, scope: dict[str, Any]) -> Refusal | None:
        path = request_path(scope)
        if self._policy.is_public(path):
            return None
        try:
            principal = await self._authenticate(scope)
            if not self._policy.is_unlimited(path):
                self._limiter.hit(self._rate_limit_key(scope, principal))
        except RateLimitExceeded as error:
            return Refusal(429, str(error), error.seconds)
        except StoreUnavailable as error:
            return Refusal(
                503, f"{error} So it cannot be told who you are: try again in a moment.", RETRY_AFTER_SECONDS
            )
        return self._not_permitted(scope, principal)

    def _not_permitted(self, scope: dict[str, Any], principal: Principal | None) -> Refusal | None:
        if principal is None:
            return Refusal(401, KEY_NEEDED if self._policy.accepts_keys else "Sign in first.")
        if principal.role != PROGRAM and is_cross_site(scope):
            return Refusal(403, "That came from the page of another site.")
        needed = self._policy.required_scope(request_path(scope))
        return None if principal.may(needed) else Refusal(403, f"That takes “{needed}”, which this is not for.")

    async def _authenticate(self, scope: dict[str, Any]) -> Principal | None:
        authenticator = self._authenticator()
        if self._policy.accepts_keys and (key := bearer_token(scope)):
            return await to_thread.run_sync(authenticator.authenticate_key, key)
        if authenticator.is_open:
            return authenticator.authenticate_session(None)
        return await to_thread.run_sync(authenticator.authenticate_session, session_secret(scope))

    def _rate_limit_key(self, scope: dict[str, Any], principal: Principal | None) -> str:
        is_program = principal and principal.role == PROGRAM
        return f"key {principal.credential_id}" if is_program else client_address(scope, self._proxies)

    async def _receive_while_signed_in(self, scope: dict[str, Any], receive: Any) -> dict[str, Any]:
        """The next message of a socket, or its end once the session is over; not while the store is away."""
        message = await receive()
        try:
            principal = await self._authenticate(scope)
        except StoreUnavailable:
            return message
        return message if principal else {"type": "websocket.disconnect", "code": 4401, "reason": "signed out"}

    async def _answer_in_time(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if self._policy.is_untimed(request_path(scope)):
            return await self._app(scope, receive, send)
        started = False

        async def send_and_note(message: dict[str, Any]) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            async with timeout(self._seconds) as limit:
                await self._app(scope, receive, send_and_note)
        except TimeoutError:
            if started or not limit.expired():
                raise
            late = f"It took longer than {self._seconds:g} s and was given up: a person should decide, or try again."
            await self._refuse(scope, Refusal(503, late, RETRY_AFTER_SECONDS), receive, send)

    async def _refuse(self, scope: dict[str, Any], refusal: Refusal, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": 4400 + refusal.status % 100})
        return await self._policy.refuse(scope, refusal)(scope, receive, send)


def client_address(scope: dict[str, Any], proxies: int) -> str:
    """The address of the client: the peer's, or behind trusted proxies what the outermost of them forwarded."""
    peer = scope["client"][0] if scope.get("client") else ""
    headers = HTTPConnection(scope).headers.getlist("x-forwarded-for")
    forwarded = [address.strip() for header in headers for address in header.split(",")]
    return [*forwarded, peer][-1 - proxies] if proxies <= len(forwarded) else peer


def request_path(scope: dict[str, Any]) -> str:
    """The path within the application, without where it is mounted."""
    return scope["path"].removeprefix(scope.get("root_path", ""))


def session_secret(scope: dict[str, Any]) -> str | None:
    """The session secret in the request's cookie."""
    return HTTPConnection(scope).cookies.get(SESSION_COOKIE)


def bearer_token(scope: dict[str, Any]) -> str | None:
    """The token of an Authorization header of the Bearer scheme (RFC 6750)."""
    kind, _, key = HTTPConnection(scope).headers.get("authorization", "").partition(" ")
    return key.strip() if kind.lower() == "bearer" else None


def is_cross_site(scope: dict[str, Any]) -> bool:
    """Whether a page of another site makes a request that may change something (Fetch Metadata; against CSRF)."""
    safe = scope.get("method", "GET") in ("GET", "HEAD", "OPTIONS")
    return not safe and HTTPConnection(scope).headers.get("sec-fetch-site") in ("cross-site", "same-site")
