"""What the server runs beside the pages: the warm-up at its start, and the API."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import cache
from threading import Event, Thread
from time import sleep
from typing import Any

from data.schema import StoreAway
from pages.ui.resources import away, opened, settings, standby, store, taxonomy

FIRST_VISITOR_SECONDS = 5
FIRST_PAGE_SECONDS = 1


@asynccontextmanager
async def lifespan(_: Any) -> AsyncIterator[dict[str, Any]]:
    """While the server runs; at its start it begins to get ready, in a thread, what the first visitor will need."""
    stop = Event()
    Thread(target=_begin, args=[stop], name="warm-up", daemon=True).start()
    yield {}
    stop.set()


def _begin(stop: Event) -> None:
    _warm_up()
    if settings().mailbox_watch:
        from model.watch import create

        with suppress(ValueError):  # the Inbox page says what is missing
            create(settings(), store, standby(), taxonomy()).run(stop)


def _warm_up() -> None:
    """First what draws a page; then, so as not to hold up the first visitor's, what makes and keeps a decision."""
    import pages.ui.form
    import pages.ui.page
    import pages.ui.widgets

    opened.wait(FIRST_VISITOR_SECONDS)
    sleep(FIRST_PAGE_SECONDS)
    standby().prepare()
    import pages.ui.charts

    pages.ui.charts.confidence(["warm"], [1.0], 0.5, True)
    away()
    with suppress(StoreAway):  # whoever comes first is told
        store()


@cache
def _api() -> Callable[..., Awaitable[None]]:
    from model.api import create_api

    return create_api(standby(), store, taxonomy(), settings())


async def api(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """The API as an ASGI application that is imported at its first request, off the event loop."""
    from anyio import to_thread

    await (await to_thread.run_sync(_api))(scope, receive, send)
