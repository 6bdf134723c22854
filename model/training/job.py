"""Trains a candidate in a process of its own: `python -m model.training.job TRAINING_ID`.

The model, its report and the progress are stored; nothing is promoted.
"""

import argparse
import logging
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event, Thread

from data import corpus
from data.clock import now
from data.corpus import Example
from data.model_records import TRAINING_DONE, TRAINING_FAILED, TRAINING_RUNNING, Training
from data.schema import StoreUnavailable
from data.settings import ROOT, Settings, environment_and_secrets, read_settings
from data.store import Store
from data.taxonomy import Taxonomy, read_taxonomy
from model.classify.encoder import EncoderUnavailable
from model.serving import memory
from model.serving.manifest import Manifest, ModelUnfit
from model.training.candidate import train_candidate
from model.training.mlflow_tracking import record_run

HEARTBEAT_SECONDS = 10
TRAINING_DEAD_AFTER = timedelta(seconds=60)
"""A training without a heartbeat for so long is dead."""

log = logging.getLogger(__name__)


class TrainingCancelled(Exception):
    """Somebody cancelled this training."""


def start_training(by: str, store: Store, clock: Callable[[], datetime] = now) -> bool:
    """Start a training in a process that survives this one. False where a training is running already."""
    at = clock()
    training = Training(uuid.uuid4().hex, by, at, TRAINING_RUNNING, "Starting", 0.0, at)
    if not store.models.start_training(training, since=at - TRAINING_DEAD_AFTER):
        return False
    command = [sys.executable, "-m", "model.training.job", training.id]
    subprocess.Popen(
        command, cwd=ROOT, env=memory.training_environment(), start_new_session=True, stdin=subprocess.DEVNULL
    )
    return True


def training_alive(training: Training | None, clock: Callable[[], datetime] = now) -> bool:
    """Whether a training is running, by its latest heartbeat, which may not lie in the future either."""
    return (
        training is not None
        and training.state == TRAINING_RUNNING
        and abs(clock() - training.beat_at) < TRAINING_DEAD_AFTER
    )


def run_training(
    id: str,
    store: Store,
    settings: Settings,
    taxonomy: Taxonomy,
    ours: Sequence[Example],
    clock: Callable[[], datetime] = now,
) -> None:
    """Run a training with the corpus `ours`, and store its progress and its result or error."""
    from model.training.train import tracking_run

    def tell(stage: str, share: float) -> None:
        if not store.models.update_training(id, stage=stage, share=share, beat_at=clock()):
            raise TrainingCancelled

    try:
        with _heartbeats(id, store, clock):
            model = train_candidate(store, settings, taxonomy, ours, tell, clock)
        store.models.add(replace(model, by=_started_by(id, store)))
        record_run(tracking_run(Manifest.model_validate_json(model.manifest), promotion=model.report), os.environ)
        store.models.update_training(
            id, state=TRAINING_DONE, stage="Done", share=1.0, beat_at=clock(), version=model.version
        )
    except TrainingCancelled:
        log.info("Training %s was cancelled", id)
    except (ValueError, OSError, ModelUnfit, EncoderUnavailable, MemoryError) as error:
        store.models.update_training(id, state=TRAINING_FAILED, beat_at=clock(), said=_failure_sentence(error))


@contextmanager
def _heartbeats(id: str, store: Store, clock: Callable[[], datetime]) -> Iterator[None]:
    """Send heartbeats of the training in the background."""
    ended = Event()

    def beat() -> None:
        while not ended.wait(HEARTBEAT_SECONDS):
            with suppress(StoreUnavailable):
                store.models.update_training(id, beat_at=clock())

    Thread(target=beat, name="heartbeat", daemon=True).start()
    try:
        yield
    finally:
        ended.set()


def _failure_sentence(error: Exception) -> str:
    """Why a training failed, without a path of this machine."""
    if isinstance(error, MemoryError):
        return "There is too little memory here: train where there is more."
    return (isinstance(error, OSError) and error.strerror) or str(error)


def _started_by(id: str, store: Store) -> str:
    latest = store.models.training()
    return latest.by if latest and latest.id == id else ""


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line. Progress and result are in the store."""
    parser = argparse.ArgumentParser(prog="python -m model.training.job", description="Train a candidate from labels.")
    parser.add_argument("id", help="of a training that was started")
    chosen = parser.parse_args(arguments)
    memory.prefer_oom_kill()
    try:
        settings = read_settings(environment_and_secrets())
        run_training(chosen.id, Store(settings.database_url), settings, read_taxonomy(), corpus.read_corpus())
    except (ValueError, StoreUnavailable) as error:
        print(f"Not trained: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
