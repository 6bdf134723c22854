"""What pages and API share: settings, taxonomy, model and store, each built once a server, where it is first used."""

import os
from functools import partial
from threading import Event
from typing import TYPE_CHECKING, Any

import streamlit as st

from data import settings as knobs
from data import taxonomy as kinds
from data.settings import Settings
from data.taxonomy import Taxonomy

if TYPE_CHECKING:
    from data.store import Store
    from model.artifact import Manifest
    from model.fallback import Standby

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


def manifest() -> "Manifest | None":
    """What is told of the model in use, from the file beside it; None where there is none yet."""
    from model.artifact import ModelUnfit, read_manifest

    try:
        return read_manifest(settings().model_dir)
    except ModelUnfit:
        return None


@shared
def examples() -> list[dict[str, Any]]:
    """The emails of "Try one of these"."""
    import tomllib
    from pathlib import Path

    import data

    return tomllib.loads(Path(data.__file__).with_name("examples.toml").read_text("utf-8"))["example"]
