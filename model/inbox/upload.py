"""Uploaded files of mail: triaged part by part in the background, until they are through or somebody stops it."""

import logging
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain, islice
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from threading import Event, Thread, current_thread
from time import monotonic, perf_counter
from typing import IO

from tenacity import Retrying, before_sleep_log, retry_if_exception_type, stop_after_attempt, wait_exponential

from data.clock import now
from data.intake.files import IntakeOptions, read_mail_files
from data.mail import BATCH_DONE, BATCH_FAILED, BATCH_RUNNING, Batch, IntakeItem, RejectedMail
from data.provenance import BatchProgress, from_upload
from data.schema import StoreUnavailable
from data.store import Store
from model.triage import Classifies, triage

MIN_PART, MAX_PART = 20, 1_000
"""Mails that are triaged together: fewer where they take longer."""

PART_SECONDS = 0.4
"""How long a part may take for the next one to be larger."""

MAX_SILENCE_OF_BATCH = timedelta(seconds=90)
"""A batch that made no progress for so long has lost its server."""

ENDED = "The server was stopped: drop the rest again."
HALT_SECONDS = 15

log = logging.getLogger(__name__)

_halted = Event()
_working: set[Thread] = set()

_while_store_is_away = Retrying(
    retry=retry_if_exception_type(StoreUnavailable),
    wait=wait_exponential(max=20),
    stop=stop_after_attempt(6),
    before_sleep=before_sleep_log(log, logging.WARNING),
    reraise=True,
)


def start_batch(
    drop: Sequence[tuple[str, IO[bytes]]], ways: IntakeOptions, classifier: Classifies, store: Callable[[], Store]
) -> Batch:
    """Begin to triage dropped files, by name and content, in the background. Raises StoreUnavailable."""
    folder = TemporaryDirectory(prefix="mailroom")
    files = [(Path(folder.name, str(number)), name) for number, (name, _) in enumerate(drop)]
    for (path, _), (_, content) in zip(files, drop, strict=True):
        with path.open("wb") as file:
            copyfileobj(content, file)
    at = now()
    size = sum(path.stat().st_size for path, _ in files)
    batch = Batch(id=uuid.uuid4().hex, name=", ".join(name for name, _ in drop), at=at, beat_at=at, size=size)
    store().inbox.add_batch(batch)

    def work() -> None:
        with folder:
            triage_files(files, batch.id, ways, classifier, store, _halted)
        _working.discard(current_thread())

    thread = Thread(target=work, name=f"batch {batch.id}", daemon=True)
    _working.add(thread)
    thread.start()
    return batch


def halt_batches(seconds: float = HALT_SECONDS) -> None:
    """End every batch of this process, as the server stops: each after the part that it is at, which is kept."""
    _halted.set()
    until = monotonic() + seconds
    for thread in list(_working):
        thread.join(max(0, until - monotonic()))


def batch_alive(batch: Batch, at: datetime) -> bool:
    """Whether a server still works on a batch."""
    return batch.state == BATCH_RUNNING and at - batch.beat_at < MAX_SILENCE_OF_BATCH


def triage_files(
    files: Sequence[tuple[Path, str]],
    batch_id: str,
    ways: IntakeOptions,
    classifier: Classifies,
    store: Callable[[], Store],
    halted: Event | None = None,
) -> None:
    """Triage all mail of the files, by path and name, into a batch that has been begun.

    Ends with the batch, or where it was stopped or `halted`; how it ended is kept in it.
    """
    try:
        for part, done in _with_bytes(
            growing_parts(chain.from_iterable(read_mail_files(*file, ways) for file in files))
        ):
            progress = BatchProgress(batch_id, _rejected(part), done, now())
            triage(part, classifier, store(), from_upload(progress), retry=_while_store_is_away)
            if _while_store_is_away(store().inbox.batch, batch_id).state != BATCH_RUNNING:
                return
            if halted and halted.is_set():
                store().inbox.end_batch(batch_id, BATCH_FAILED, ENDED)
                return
        _while_store_is_away(store().inbox.end_batch, batch_id, BATCH_DONE)
    except Exception as error:
        log.exception("Batch %s did not end", batch_id)
        why = str(error) if isinstance(error, StoreUnavailable) else "Something went wrong here, not with your files."
        store().inbox.end_batch(batch_id, BATCH_FAILED, why)


def growing_parts(items: Iterator[IntakeItem]) -> Iterator[list[IntakeItem]]:
    """The items in parts of a size that takes a fraction of a second to work through."""
    size = MIN_PART
    while True:
        started = perf_counter()
        part = list(islice(items, size))
        if not part:
            return
        yield part
        quick = perf_counter() - started < PART_SECONDS
        size = min(MAX_PART, size * 2) if quick else max(MIN_PART, size // 2)


def _rejected(part: Sequence[IntakeItem]) -> list[RejectedMail]:
    return [RejectedMail(item.file, item.position, item.wrong) for item in part if not item.mail]


def _with_bytes(parts: Iterator[list[IntakeItem]]) -> Iterator[tuple[list[IntakeItem], int]]:
    """Each part, and how many bytes of the files are read with it."""
    done = 0
    for part in parts:
        done += sum(item.bytes for item in part)
        yield part, done
