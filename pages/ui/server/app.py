"""The server around the pages: middleware, the API's mount, and what runs at its start and end."""

import asyncio
import logging
import re
import sys
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from hashlib import sha256
from pathlib import Path
from threading import Event, Thread
from typing import Any

from anyio import to_thread
from starlette.middleware import Middleware

from data import logging_setup
from data.schema import StoreUnavailable
from model.serving import memory
from pages.ui.resources import authenticator, classifier, first_page_opened, held_out_result, settings, store, taxonomy

FIRST_VISITOR_SECONDS = 5
FIRST_PAGE_SECONDS = 1
WATCHER_SECONDS = 8
"""How long the warm-up waits for a first visitor and then for that page to be drawn, and a stop for the watcher."""

API_PATH = "/api"
log = logging.getLogger(__name__)


def server_options() -> dict[str, Any]:
    """The options of `st.App`. The API is mounted before what Streamlit does to every request."""
    from model.access.request_id import RequestIdMiddleware
    from model.access.security_headers import SecurityHeadersMiddleware
    from pages.ui.server.auth_middleware import AuthMiddleware
    from pages.ui.server.auth_routes import routes
    from pages.ui.server.socket_filter import SocketFilter

    middleware = [
        Middleware(RequestIdMiddleware),
        Middleware(SecurityHeadersMiddleware, script_hashes=inline_script_hashes()),
        *map(Middleware, (ApiMount, AuthMiddleware, SocketFilter)),
    ]
    return {
        "routes": routes(),
        "middleware": middleware,
        "lifespan": lifespan,
        "on_script_error": show_script_error,
    }


def inline_script_hashes() -> list[str]:
    """The hashes of the inline scripts in Streamlit's own page, for the content security policy."""
    import streamlit

    page = Path(streamlit.__file__).with_name("static").joinpath("index.html").read_text("utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    return [f"sha256-{b64encode(sha256(script.encode()).digest()).decode()}" for script in scripts]


def show_script_error(error: Exception) -> bool:
    """Show an unexpected error of a page as a sentence, with the request id under which the log has it."""
    import streamlit as st

    number = st.context.headers.get("x-request-id", "")
    log.error("A page failed", extra={"request": number, "error": logging_setup.error_places(error)})
    st.error(f"Something went wrong here, not with what you did. Load the page again; the log has it as {number}.")
    return True


@asynccontextmanager
async def lifespan(_: Any) -> AsyncIterator[dict[str, Any]]:
    """Start the background work in a thread; at the end stop running batches and the watcher in good order."""
    stop = Event()
    logging_setup.set_up_logging()
    memory.limit_malloc_arenas()
    background = Thread(target=_run_background_work, args=[stop], name="warm-up", daemon=True)
    background.start()
    yield {}
    stop.set()
    first_page_opened.set()  # so that the warm-up does not wait for it
    if upload := sys.modules.get("model.inbox.upload"):  # else no batch was started
        await to_thread.run_sync(upload.halt_batches)
    await to_thread.run_sync(background.join, WATCHER_SECONDS)


def _run_background_work(stop: Event) -> None:
    _warm_up(stop)
    from model.inbox import retention

    arguments = [stop, settings().keep_days, store]
    Thread(target=retention.run_retention, args=arguments, name="retention", daemon=True).start()
    if settings().mailbox_watch and not settings().is_open:
        from model.inbox.watch import create_watcher

        with suppress(ValueError):  # the Inbox page says what is missing
            create_watcher(settings(), store, classifier()).run(stop)


def _warm_up(stop: Event) -> None:
    """Load what draws a page, then, so as not to slow the first visitor's, what makes and stores a decision."""
    from pages.ui.triage import answer, correction, explanation, form, tour  # noqa: F401

    first_page_opened.wait(FIRST_VISITOR_SECONDS)
    if stop.wait(FIRST_PAGE_SECONDS):
        return
    classifier().prepare()
    from pages.ui.triage.charts import confidence_bars

    confidence_bars(["warm"], [1.0], 0.5, True)
    held_out_result()
    with suppress(StoreUnavailable):  # the first visitor is told
        store()
    logging_setup.set_up_logging()  # for the loggers of what was imported meanwhile


class ApiMount:
    """ASGI middleware: the API at /api, imported at its first request, in a thread."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._api: Callable[..., Awaitable[None]] | None = None
        self._creating = asyncio.Lock()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(f"{API_PATH}/"):
            return await self._app(scope, receive, send)
        if self._api is None:
            async with self._creating:
                self._api = self._api or await to_thread.run_sync(_create_api)
        return await self._api({**scope, "root_path": scope.get("root_path", "") + API_PATH}, receive, send)


def _create_api() -> Callable[..., Awaitable[None]]:
    from model.api.app import create_api

    return create_api(classifier(), store, taxonomy(), settings(), authenticator())
