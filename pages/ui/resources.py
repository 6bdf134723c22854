"""What pages and API share: settings, taxonomy, model and store, each built once a server, where it is first used."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import cache, partial
from threading import Event, Thread
from time import sleep
from typing import TYPE_CHECKING, Any

import streamlit as st

from data import settings as knobs
from data import taxonomy as kinds
from data.schema import StoreAway
from data.settings import Settings
from data.taxonomy import Taxonomy

if TYPE_CHECKING:
    from data.store import Store
    from model.fallback import Standby

FIRST_VISITOR_SECONDS = 5
FIRST_PAGE_SECONDS = 1

opened = Event()
"""Set once a page has been opened."""

shared = partial(st.cache_resource, show_spinner=False)


@shared
def settings() -> Settings:
    """The knobs, from the environment."""
    return knobs.read(os.environ)


@shared
def taxonomy() -> Taxonomy:
    """The categories and the rules between them."""
    return kinds.read()


@shared
def standby() -> "Standby":
    """What answers: the trained model as soon as it is there."""
    from model.fallback import Standby

    return Standby(settings(), taxonomy())


@shared
def store() -> "Store":
    """Where decisions are kept. Raises StoreAway, and is asked anew the next time."""
    from data.store import Store

    return Store(settings().database_url)


@shared
def examples() -> list[dict[str, Any]]:
    """The emails of "Try one of these"."""
    import tomllib
    from pathlib import Path

    import data

    return tomllib.loads(Path(data.__file__).with_name("examples.toml").read_text("utf-8"))["example"]


@asynccontextmanager
async def lifespan(_: Any) -> AsyncIterator[dict[str, Any]]:
    """While the server runs; at its start it begins to get ready, in a thread, what the first visitor will need."""
    Thread(target=_warm_up, name="warm-up", daemon=True).start()
    yield {}


def _warm_up() -> None:
    """First what draws a page; then, so as not to hold up the first visitor's, what makes and keeps a decision."""
    import pages.ui.page
    import pages.ui.widgets

    opened.wait(FIRST_VISITOR_SECONDS)
    sleep(FIRST_PAGE_SECONDS)
    standby().prepare()
    import pages.ui.charts

    pages.ui.charts.confidence(["warm"], [1.0], 0.5, True)
    with suppress(StoreAway):  # whoever comes first is told
        store()


@cache
def _api() -> Callable[..., Awaitable[None]]:
    from model.api import create_api

    return create_api(standby(), store, taxonomy())


async def api(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """The API as an ASGI application that is imported at its first request, off the event loop."""
    from anyio import to_thread

    await (await to_thread.run_sync(_api))(scope, receive, send)
