"""Records trainings at an MLflow tracking server, if one is set; MLflow is not imported otherwise.

An unavailable server costs a few seconds and a logged sentence, never a training.
"""

import logging
import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from time import time

TRACKING_URI = "MLFLOW_TRACKING_URI"
EXPERIMENT_NAME = "MLFLOW_EXPERIMENT_NAME"
MAX_RECORD_SECONDS = 8.0
"""Time limit, which includes the import of MLflow."""

CLIENT_DEFAULTS = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "3",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}
"""Settings of the client unless the environment has others: few retries, no telemetry."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """One training: `parameters` and `metrics` are flat, `texts` are files by name, such as manifest.json.

    MLflow allows letters, digits, spaces and _ - . : / in names of parameters and metrics.
    """

    name: str
    parameters: Mapping[str, object]
    metrics: Mapping[str, float]
    texts: Mapping[str, str]


def record_run(
    run: TrainingRun, environ: Mapping[str, str], log: Callable[[str], object] = logger.warning
) -> str | None:
    """Record a run at the server that `environ` names, and return its id; None without one. Logs errors, raises none.

    Other variables that start with MLFLOW_ (credentials, the name of the experiment) count too.
    """
    uri = environ.get(TRACKING_URI, "").strip()
    if not uri:
        return None
    # The client reads its settings from there only, some of them while it is imported.
    os.environ.update(CLIENT_DEFAULTS | {name: value for name, value in environ.items() if name.startswith("MLFLOW_")})
    result: SimpleQueue[tuple[str | None, str]] = SimpleQueue()
    Thread(target=lambda: result.put(_attempt(run, uri, environ)), daemon=True).start()
    try:
        id, why = result.get(timeout=MAX_RECORD_SECONDS)
    except Empty:
        id, why = (
            None,
            f"MLflow at {mask_credentials(uri)} did not answer within {MAX_RECORD_SECONDS:g} seconds: "
            f"check {TRACKING_URI}.",
        )
    if why:
        log(f"This training is not recorded, since {why}")
    return id


def mask_credentials(uri: str) -> str:
    """An address without user, password and query, which may be secret."""
    return re.sub(r"^([\w+.-]+://)?.*@", r"\1***@", uri, flags=re.DOTALL).partition("?")[0]


def _attempt(run: TrainingRun, uri: str, environ: Mapping[str, str]) -> tuple[str | None, str]:
    """The run's id and "", or None and the reason."""
    try:
        from mlflow import MlflowClient
    except ImportError as error:
        extra = "pip install --no-deps -r requirements-mlflow.txt"
        return None, f"{TRACKING_URI} is set but {error.name} is not installed: run {extra}."
    try:
        return _send(run, MlflowClient(uri), environ.get(EXPERIMENT_NAME) or "Mailroom"), ""
    except Exception as error:
        return None, f"MLflow at {mask_credentials(uri)} cannot be used ({_error_name(error)}): check {TRACKING_URI}."


def _send(run: TrainingRun, client, experiment: str) -> str:
    """The id of the recorded run; where recording fails, the run is marked as failed if possible."""
    from mlflow.entities import Metric, Param

    existing = client.get_experiment_by_name(experiment)
    experiment_id = existing.experiment_id if existing else client.create_experiment(experiment)
    id = client.create_run(experiment_id, run_name=run.name).info.run_id
    at = int(time() * 1000)
    try:
        metrics = [Metric(name, value, at, step=0) for name, value in run.metrics.items()]
        client.log_batch(id, metrics, [Param(name, str(value)) for name, value in run.parameters.items()])
        for name, text in run.texts.items():
            client.log_text(id, text, name)
    except Exception:
        with suppress(Exception):
            client.set_terminated(id, "FAILED")
        raise
    client.set_terminated(id)
    return id


def _error_name(error: Exception) -> str:
    """The name of an error only: the client's messages quote the address with its password."""
    cause = error.__context__ or error
    if isinstance(cause, ImportError):
        return f"{cause.name} is not installed"
    return getattr(cause, "error_code", type(cause).__name__)
