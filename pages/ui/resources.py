"""What pages and API share: settings, taxonomy, model and store, each built once a server, where it is first used."""

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
    from model.access.authenticator import Authenticator
    from model.evaluation.reports import BenchmarkScores
    from model.labelling.assignment import Assigner
    from model.serving.fallback import FallbackClassifier
    from model.serving.manifest import Manifest
    from pages.ui.quality.test_sets import TestSetResult

first_page_opened = Event()
"""Set once a page has been opened."""

once_per_server = partial(st.cache_resource, show_spinner=False)


@once_per_server
def settings() -> Settings:
    """The knobs, from the environment and the secrets file."""
    return knobs.read_settings(knobs.environment_and_secrets())


@once_per_server
def taxonomy() -> Taxonomy:
    """The categories and the rules between them."""
    return kinds.read_taxonomy()


@once_per_server
def classifier() -> "FallbackClassifier":
    """What answers: the trained model as soon as it is there."""
    from model.serving.fallback import FallbackClassifier

    return FallbackClassifier(settings(), taxonomy(), store=store)


@once_per_server
def store() -> "Store":
    """Where decisions are kept. Raises StoreUnavailable, and is asked anew the next time."""
    from data.store import Store

    return Store(settings().database_url)


@once_per_server
def doorman() -> "Authenticator":
    """Who lets people in."""
    from model.access.authenticator import Authenticator

    return Authenticator(settings(), store)


@once_per_server
def assigner() -> "Assigner":
    """What waits to be labelled."""
    from model.labelling.assignment import Assigner

    return Assigner(classifier(), store, settings())


def model_manifest() -> "Manifest | None":
    """What is told of the model in use, from the file beside it; None where there is none yet."""
    if classifier().manifest:
        return classifier().manifest
    from model.serving.manifest import ModelUnfit, read_manifest

    try:
        return read_manifest(settings().model_dir)
    except ModelUnfit:
        return None


def held_out_result() -> "TestSetResult | None":
    """What the model in use made of industries that it had not learned from; None where there is no model yet."""
    known = model_manifest()
    return known and _away(known.version)


@once_per_server
def _away(version: str) -> "TestSetResult | None":
    """The same, of the model of that version, which is in use."""
    from model.evaluation.backtest import backtest_of
    from model.serving.artifact import load_evidence
    from model.serving.manifest import ModelUnfit
    from pages.ui.quality.test_sets import TestSetResult

    try:
        found, report = load_evidence(classifier().folder, taxonomy()), model_manifest().report
    except ModelUnfit:
        return None
    where = "on emails of industries that it had not learned from"
    return TestSetResult(backtest_of(found, settings().novelty_limit), where, report.away, report.by_category)


def benchmark_scores() -> "BenchmarkScores | None":
    """What `make scores` found, where it is about the corpus as it is and the model in use learned from that."""
    from model.serving.manifest import OUR_CORPUS

    known = model_manifest()
    return _scores() if known and known.source == OUR_CORPUS else None


@partial(st.cache_data, show_spinner=False)
def _scores() -> "BenchmarkScores | None":
    from model.evaluation.scores_file import read_scores

    return read_scores()


def decide_above() -> float:
    """The threshold in force. Raises StoreUnavailable."""
    from model.confidence.limits import limits_in_force, limits_of

    return limits_in_force(store(), limits_of(settings())).decide_above


@once_per_server
def example_emails() -> list[dict[str, Any]]:
    """The emails of "Try one of these"."""
    import tomllib
    from pathlib import Path

    import data

    return tomllib.loads(Path(data.__file__).with_name("examples.toml").read_text("utf-8"))["example"]
