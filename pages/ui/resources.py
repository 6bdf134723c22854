"""What pages and API share: settings, taxonomy, classifier and store, each made once a server, at its first use."""

import tomllib
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import streamlit as st

import data
from data import settings as settings_module
from data import taxonomy as taxonomy_module
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
"""Set once a page has been opened; the warm-up waits for it."""

once_per_server = partial(st.cache_resource, show_spinner=False)
"""Decorator: one result for all sessions. An exception isn't cached."""


@once_per_server
def settings() -> Settings:
    """The settings, from the environment and the secrets file. Raises ValueError."""
    return settings_module.read_settings(settings_module.environment_and_secrets())


@once_per_server
def taxonomy() -> Taxonomy:
    """The categories with their teams, and the rules for priorities."""
    return taxonomy_module.read_taxonomy()


@once_per_server
def classifier() -> "FallbackClassifier":
    """The trained classifier as soon as it is loaded, keyword rules until then."""
    from model.serving.fallback import FallbackClassifier

    return FallbackClassifier(settings(), taxonomy(), store=store)


@once_per_server
def store() -> "Store":
    """The store of decisions, labels and models. Raises StoreUnavailable, and tries again at the next call."""
    from data.store import Store

    return Store(settings().database_url)


@once_per_server
def authenticator() -> "Authenticator":
    """Authenticates people by password or session, programs by API key."""
    from model.access.authenticator import Authenticator

    return Authenticator(settings(), store)


@once_per_server
def assigner() -> "Assigner":
    """Assigns emails to labellers."""
    from model.labelling.assignment import Assigner

    return Assigner(classifier(), store, settings())


def model_manifest() -> "Manifest | None":
    """The manifest of the model in use, or of the file that is to be loaded; None where there is none yet."""
    if classifier().manifest:
        return classifier().manifest
    from model.serving.manifest import ModelUnfit, read_manifest

    try:
        return read_manifest(settings().model_dir)
    except ModelUnfit:
        return None


def held_out_result() -> "TestSetResult | None":
    """Predictions of the model in use on industries held out from its training; None where there is no model yet."""
    manifest = model_manifest()
    return manifest and _held_out_result_of(manifest.version)


@once_per_server
def _held_out_result_of(version: str) -> "TestSetResult | None":
    """The same, cached by the version of the model in use."""
    from model.evaluation.backtest import backtest_of
    from model.serving.artifact import load_evidence
    from model.serving.manifest import ModelUnfit
    from pages.ui.quality.test_sets import TestSetResult

    try:
        predictions, report = load_evidence(classifier().folder, taxonomy()), model_manifest().report
    except ModelUnfit:
        return None
    where = "on emails of industries that it had not learned from"
    backtest = backtest_of(predictions, settings().novelty_limit)
    return TestSetResult(backtest, where, report.away, report.by_category)


def benchmark_scores() -> "BenchmarkScores | None":
    """What `make scores` measured; None where the model in use was trained on other mail than Mailroom's corpus."""
    from model.serving.manifest import CORPUS_SOURCE

    manifest = model_manifest()
    return _benchmark_scores() if manifest and manifest.source == CORPUS_SOURCE else None


@partial(st.cache_data, show_spinner=False)
def _benchmark_scores() -> "BenchmarkScores | None":
    from model.evaluation.scores_file import read_scores

    return read_scores()


def decide_above() -> float:
    """The threshold in force: a confidence. Raises StoreUnavailable."""
    from model.confidence.limits import limits_in_force, limits_of

    return limits_in_force(store(), limits_of(settings())).decide_above


@once_per_server
def example_emails() -> list[dict[str, Any]]:
    """The emails of "Try one of these"."""
    return tomllib.loads(Path(data.__file__).with_name("examples.toml").read_text("utf-8"))["example"]
