"""Tells an MLflow tracking server of a training, as an optional extra: where none is named, nothing is even imported.

A server that is away costs a few seconds at most and one sentence, never a training.
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
"""Seconds that all of it may take, the import of MLflow among them."""

CLIENT_DEFAULTS = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "3",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}
"""How the client behaves unless told otherwise: it gives up soon, and talks to nobody else."""

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
    """The id of the run at the server that `environ` names, or None. Raises nothing: why not is told to `log`, once.

    What else starts with MLFLOW_ in `environ` (credentials, the name of the experiment) counts too.
    """
    uri = environ.get(TRACKING_URI, "").strip()
    if not uri:
        return None
    # The client looks nowhere else for its settings, some of them while it is imported.
    os.environ.update(CLIENT_DEFAULTS | {name: value for name, value in environ.items() if name.startswith("MLFLOW_")})
    ended: SimpleQueue[tuple[str | None, str]] = SimpleQueue()
    Thread(target=lambda: ended.put(_attempt(run, uri, environ)), daemon=True).start()
    try:
        id, why = ended.get(timeout=MAX_RECORD_SECONDS)
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
    """An address without what may be secret in it: user and password, and all that follows a question mark."""
    return re.sub(r"^([\w+.-]+://)?.*@", r"\1***@", uri, flags=re.DOTALL).partition("?")[0]


def _attempt(run: TrainingRun, uri: str, environ: Mapping[str, str]) -> tuple[str | None, str]:
    """The run's id, or why there is none."""
    try:
        from mlflow import MlflowClient
    except ImportError as error:
        extra = "pip install --no-deps -r requirements-mlflow.txt"
        return None, f"{TRACKING_URI} is set but {error.name} is not installed: run {extra}."
    try:
        return _send(run, MlflowClient(uri), environ.get(EXPERIMENT_NAME) or "Mailroom"), ""
    except Exception as error:
        return None, f"MLflow at {mask_credentials(uri)} cannot be used ({_kind(error)}): check {TRACKING_URI}."


def _send(run: TrainingRun, client, experiment: str) -> str:
    """The id of the finished run; one that could not be finished is marked as failed where that is still possible."""
    from mlflow.entities import Metric, Param

    known = client.get_experiment_by_name(experiment)
    home = known.experiment_id if known else client.create_experiment(experiment)
    id = client.create_run(home, run_name=run.name).info.run_id
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


def _kind(error: Exception) -> str:
    """What went wrong, by its name alone: messages of the client quote the address, password and all."""
    cause = error.__context__ or error
    if isinstance(cause, ImportError):
        return f"{cause.name} is not installed"
    return getattr(cause, "error_code", type(cause).__name__)
