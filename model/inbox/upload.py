"""Files of mail are sorted and kept, part by part, until they are through or somebody stops it."""

import logging
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain, islice
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from threading import Event, Thread, current_thread
from time import monotonic, perf_counter, sleep
from typing import IO

from data.clock import now
from data.intake.files import IntakeOptions, read_mail_files
from data.mail import BATCH_DONE, BATCH_FAILED, BATCH_RUNNING, Batch, IntakeItem, RejectedMail
from data.schema import StoreUnavailable
from data.store import Store
from data.taxonomy import Taxonomy
from model.arrival import sort
from model.triage import Predicts, threshold_in_force

FEWEST, MOST = 20, 1_000
"""Mails that are sorted and kept together: fewer where they take longer."""

PART_SECONDS = 0.4
WAITS = (1, 2, 5, 10, 20)
"""Seconds between tries to keep a part while the store is away."""

SILENT = timedelta(seconds=90)
"""A batch from which nothing was heard for so long has lost its server."""

ENDED = "The server was stopped: drop the rest again."
HALT_SECONDS = 15

log = logging.getLogger(__name__)

_halted = Event()
_working: set[Thread] = set()


def start_batch(
    drop: Sequence[tuple[str, IO[bytes]]],
    ways: IntakeOptions,
    classifier: Predicts,
    store: Callable[[], Store],
    taxonomy: Taxonomy,
) -> Batch:
    """Begin to sort dropped files, by name and content, in the background. Raises StoreUnavailable."""
    folder = TemporaryDirectory(prefix="mailroom")
    files = [(Path(folder.name, str(number)), name) for number, (name, _) in enumerate(drop)]
    for (path, _), (_, content) in zip(files, drop, strict=True):
        with path.open("wb") as file:
            copyfileobj(content, file)
    at = now()
    size = sum(path.stat().st_size for path, _ in files)
    batch = Batch(id=uuid.uuid4().hex, name=", ".join(name for name, _ in drop), at=at, beat_at=at, size=size)
    store().inbox.begin(batch)

    def work() -> None:
        with folder:
            triage_files(files, batch.id, ways, classifier, store, taxonomy, _halted)
        _working.discard(current_thread())

    thread = Thread(target=work, name=f"batch {batch.id}", daemon=True)
    _working.add(thread)
    thread.start()
    return batch


def halt_batches(seconds: float = HALT_SECONDS) -> None:
    """End all that was begun, since the server ends: each batch after the part that it is at, which is kept."""
    _halted.set()
    until = monotonic() + seconds
    for thread in list(_working):
        thread.join(max(0, until - monotonic()))


def batch_alive(batch: Batch, at: datetime) -> bool:
    """Whether somebody works on a batch; a server that was killed does not."""
    return batch.state == BATCH_RUNNING and at - batch.beat_at < SILENT


def triage_files(
    files: Sequence[tuple[Path, str]],
    batch_id: str,
    ways: IntakeOptions,
    classifier: Predicts,
    store: Callable[[], Store],
    taxonomy: Taxonomy,
    halted: Event | None = None,
) -> None:
    """Sort all mail of the files, by path and name, into a batch that has been begun. Ends with the batch, or where it
    was stopped or `halted`, and leaves in it how it ended.
    """
    done = 0
    try:
        decide_above = threshold_in_force(store())
        for part in growing_parts(chain.from_iterable(read_mail_files(path, name, ways) for path, name in files)):
            arrived = sort(part, classifier, decide_above, taxonomy)
            bad = [RejectedMail(one.file, one.position, one.wrong) for one in part if not one.mail]
            done += sum(one.bytes for one in part)
            if not _patiently(lambda: store().inbox.keep(batch_id, arrived, bad, done, now())):  # noqa: B023
                return
            if halted and halted.is_set():
                store().inbox.end(batch_id, BATCH_FAILED, ENDED)
                return
        store().inbox.end(batch_id, BATCH_DONE)
    except Exception as error:
        log.exception("Batch %s came to no end", batch_id)
        said = str(error) if isinstance(error, StoreUnavailable) else "Something went wrong here, not with your files."
        store().inbox.end(batch_id, BATCH_FAILED, said)


def growing_parts(found: Iterator[IntakeItem]) -> Iterator[list[IntakeItem]]:
    """What was found, in parts of a size that takes a fraction of a second to work through."""
    size = FEWEST
    while True:
        started = perf_counter()
        part = list(islice(found, size))
        if not part:
            return
        yield part
        quick = perf_counter() - started < PART_SECONDS
        size = min(MOST, size * 2) if quick else max(FEWEST, size // 2)


def _patiently(keep: Callable[[], bool]) -> bool:
    for seconds in WAITS:
        try:
            return keep()
        except StoreUnavailable as error:
            log.warning("A part is kept again in %d s: %s", seconds, error)
            sleep(seconds)
    return keep()
