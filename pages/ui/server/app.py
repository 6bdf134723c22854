"""What the server runs around the pages: the gate before them, the API beside them, and the warm-up at its start."""

import logging
import re
import sys
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

from anyio import to_thread
from starlette.middleware import Middleware

from data import logging_setup
from data.schema import StoreUnavailable
from model.serving import memory
from pages.ui.resources import classifier, doorman, first_page_opened, held_out_result, settings, store, taxonomy

FIRST_VISITOR_SECONDS = 5
FIRST_PAGE_SECONDS = 1
WATCHER_SECONDS = 8

API = "/api"
building = Lock()
log = logging.getLogger(__name__)


def around() -> dict[str, Any]:
    """What `st.App` is told beside the script to run. The API stands before what Streamlit does to every request."""
    from model.access.request_id import RequestIdMiddleware
    from pages.ui.server.auth_routes import Entrance, routes
    from pages.ui.server.socket_filter import Harmless

    before = [Middleware(RequestIdMiddleware, scripts=_inline()), *map(Middleware, (Beside, Entrance, Harmless))]
    return {
        "routes": routes(),
        "middleware": before,
        "lifespan": lifespan,
        "on_script_error": sorry,
    }


def _inline() -> list[str]:
    """The digests of the scripts that stand in Streamlit's own page, for CSP."""
    import streamlit

    page = Path(streamlit.__file__).with_name("static").joinpath("index.html").read_text("utf-8")
    found = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    return [f"sha256-{b64encode(sha256(one.encode()).digest()).decode()}" for one in found]


def sorry(error: Exception) -> bool:
    """Let a failure of our own end in a sentence, with the number under which the log has it."""
    import streamlit as st

    number = st.context.headers.get("x-request-id", "")
    log.error("A page failed", extra={"request": number, "error": logging_setup.error_places(error)})
    st.error(f"Something went wrong here, not with what you did. Load the page again; the log has it as {number}.")
    return True


@asynccontextmanager
async def lifespan(_: Any) -> AsyncIterator[dict[str, Any]]:
    """While the server runs: at its start it begins to get ready, in a thread, what the first visitor will need; at
    its end it lets batches end after the part that they are at, and a watcher give back what it has in hand.
    """
    stop = Event()
    logging_setup.set_up_logging()
    memory.share_arenas()
    begun = Thread(target=_begin, args=[stop], name="warm-up", daemon=True)
    begun.start()
    yield {}
    stop.set()
    first_page_opened.set()  # nobody needs to be waited for any more
    if inflow := sys.modules.get("model.inbox.upload"):  # else nothing was begun
        await to_thread.run_sync(inflow.halt)
    await to_thread.run_sync(begun.join, WATCHER_SECONDS)


def _begin(stop: Event) -> None:
    _warm_up(stop)
    from model.inbox import retention

    Thread(
        target=retention.run_retention, args=[stop, settings().keep_days, store], name="retention", daemon=True
    ).start()
    if settings().mailbox_watch and not settings().is_open:
        from model.inbox.watch import create_watcher

        with suppress(ValueError):  # the Inbox page says what is missing
            create_watcher(settings(), store, classifier()).run(stop)


def _warm_up(stop: Event) -> None:
    """First what draws a page; then, so as not to hold up the first visitor's, what makes and keeps a decision."""
    from pages.ui.triage import answer, correction, explanation, form, tour  # noqa: F401

    first_page_opened.wait(FIRST_VISITOR_SECONDS)
    if stop.wait(FIRST_PAGE_SECONDS):
        return
    classifier().prepare()
    from pages.ui.triage.charts import confidence_bars

    confidence_bars(["warm"], [1.0], 0.5, True)
    held_out_result()
    with suppress(StoreUnavailable):  # whoever comes first is told
        store()
    logging_setup.set_up_logging()  # for the loggers that came with all that


def _api() -> Callable[..., Awaitable[None]]:
    with building:  # or all who come first would build one each
        return _built()


@cache
def _built() -> Callable[..., Awaitable[None]]:
    from model.api.app import create_api

    return create_api(classifier(), store, taxonomy(), settings(), doorman())


class Beside:
    """ASGI middleware: what is asked of the API goes to it; it is imported at its first request, off the event loop."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(f"{API}/"):
            return await self._app(scope, receive, send)
        built = _built() if _built.cache_info().currsize else await to_thread.run_sync(_api)
        return await built({**scope, "root_path": scope.get("root_path", "") + API}, receive, send)
