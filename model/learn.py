"""Train a candidate from corpus and labels, in a process of its own: `python -m model.learn TRAINING_ID`.

What it comes to is kept in the store with a report; nothing is promoted here.
"""

import argparse
import hashlib
import logging
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from data import corpus, taxonomy
from data import settings as knobs
from data.corpus import Example
from data.schema import Received, StoreAway
from data.settings import Settings
from data.shelf import DONE, FAILED, RUNNING, StoredModel, Training
from data.store import Store
from data.taxonomy import Taxonomy
from model import artifact, curve, encoder, promotion
from model.answers import PREFIX, Answers, answers
from model.classifier import Classifier
from model.encoder import EncoderAway
from model.evidence import Evidence
from model.fallback import Standby
from model.manifest import Manifest, ModelUnfit
from model.promotion import Report, Worth
from model.tracking import record
from model.triage import now

SOURCE = "our corpus and labels"
MOST = 5_000
"""The latest emails on which both models are compared."""

SILENT_AFTER = timedelta(seconds=120)
"""A training that was not heard of for so long has died."""

ROOT = Path(__file__).parents[1]

log = logging.getLogger(__name__)
Tell = Callable[[str, float], None]


class Cancelled(Exception):
    """Somebody wants this training no longer."""


def start(by: str, store: Store, clock: Callable[[], datetime] = now) -> bool:
    """Begin a training in a process of its own, which outlives whoever asked for it. False where one is running."""
    at = clock()
    training = Training(uuid.uuid4().hex, by, at, RUNNING, "Starting", 0.0, at)
    if not store.models.start(training, since=at - SILENT_AFTER):
        return False
    command = [sys.executable, "-m", "model.learn", training.id]
    subprocess.Popen(command, cwd=ROOT, start_new_session=True, stdin=subprocess.DEVNULL)
    return True


def alive(training: Training | None, clock: Callable[[], datetime] = now) -> bool:
    """Whether a training runs and was heard of."""
    return training is not None and training.state == RUNNING and clock() - training.beat_at < SILENT_AFTER


def run(
    id: str,
    store: Store,
    settings: Settings,
    rules: Taxonomy,
    ours: Sequence[Example],
    clock: Callable[[], datetime] = now,
) -> None:
    """Do that training, with `ours` as the corpus, and note in the store how it goes and ends."""
    from model.train import as_run

    def tell(stage: str, share: float) -> None:
        if not store.models.heard(id, stage=stage, share=share, beat_at=clock()):
            raise Cancelled

    try:
        made = candidate(store, settings, rules, ours, tell, clock)
        store.models.keep(replace(made, by=_by(id, store)))
        record(as_run(Manifest.model_validate_json(made.manifest), promotion=made.report), os.environ)
        store.models.heard(id, state=DONE, stage="Done", share=1.0, beat_at=clock(), version=made.version)
    except Cancelled:
        log.info("Training %s was cancelled", id)
    except (ValueError, OSError, ModelUnfit, EncoderAway, MemoryError) as error:
        store.models.heard(id, state=FAILED, beat_at=clock(), said=str(error))


def candidate(
    store: Store,
    settings: Settings,
    rules: Taxonomy,
    ours: Sequence[Example],
    tell: Tell,
    clock: Callable[[], datetime] = now,
) -> StoredModel:
    """A model learned from `ours` and from what people agree on, with its report against the model in use.

    Raises ValueError where there is nothing to learn, ModelUnfit where there is no model to compare with.
    """
    from model.fitting import fit
    from model.train import measured

    tell("Reading labels", 0.02)
    standby = Standby(settings, rules, store=lambda: store)
    standby.prepare()
    if standby.trained is None:
        raise ModelUnfit(standby.why)
    found = answers(store.labels.with_emails(), standby.quick, settings)
    if not found.learn:
        raise ValueError("No labels to learn from yet: label some mail first.")
    examples = [*ours, *apart(found)]
    encode = _encoder(standby.trained)
    fitted = fit(examples, rules, jobs=1, encode=encode, tell=lambda share: tell("Learning", 0.05 + 0.55 * share))
    worth = measured_worth(
        ours, apart(found), rules, lambda share: tell("Measuring what labels are worth", 0.6 + 0.3 * share)
    )
    tell("Comparing", 0.92)
    with TemporaryDirectory() as folder:
        manifest = artifact.save(
            fitted,
            Path(folder),
            source=SOURCE,
            data_sha256=_sha256(examples),
            report=measured(fitted, settings),
            now=clock(),
        )
        files = {one.name: Path(folder, one.name).read_bytes() for one in (manifest.table, manifest.evidence)}
    fresh = replace(fitted.classifier, version=manifest.version)
    fresh = fresh.put_to_use(standby.trained.limits, "the candidate", encode)
    report = compare(standby, fresh, fitted.evidence(fitted.away), found, ours, store.received(MOST), worth)
    return StoredModel(manifest.version, clock(), "", manifest.model_dump_json(), report.model_dump_json(), files)


def apart(found: Answers) -> list[Example]:
    """What may be learned from: nothing that resembles, or has the same sender as, what is kept for testing."""
    from model.groups import groups

    both = found.all
    group = groups([one.text for one in both], [one.family for one in both])
    tested = set(group[len(found.learn) :].tolist())
    return [one for one, number in zip(found.learn, group.tolist(), strict=False) if number not in tested]


def compare(
    standby: Standby,
    fresh: Classifier,
    learned: Evidence,
    found: Answers,
    ours: Sequence[Example],
    received: Sequence[Received],
    worth: Worth | None,
) -> Report:
    """The report of a candidate against the model in use, on the corpus, on labelled mail and on all that came in.

    :param learned: the candidate's answers on what it learned from, by models that had not seen it.
    """
    used, known = standby.trained, artifact.load_evidence(standby.folder, fresh.taxonomy)
    before, after = (
        lambda some: promotion.honest(used, known, some),
        lambda some: promotion.honest(fresh, learned, some),
    )
    kept = {one.id for one in found.test}
    drawn = [one for one in found.all if one.id in found.audited]
    sets = {
        promotion.DRAWN: drawn,
        promotion.UNSEEN: [one for one in drawn if one.id in kept],
        promotion.LABELLED: found.all,
        promotion.CORPUS: ours,
    }
    truth = {one.id: one for one in found.all}
    mail = [
        truth.get(PREFIX + one.id) or Example(PREFIX + one.id, one.email.subject, one.email.body, "")
        for one in received
    ]
    old, new = before(mail), after(mail)
    was, is_ = (one.decided(used.limits.decide_above, used.limits.novelty) for one in (old, new))
    rows = [promotion.compared(name, before(some), after(some)) for name, some in sets.items() if some]
    return Report(
        before=used.version,
        after=fresh.version,
        labels=len(found.learn),
        emails=len(received),
        compared=[row for row in rows if row],
        by_category=promotion.by_category(before(found.all), after(found.all)),
        changes=promotion.changes(received, old, new),
        asked=promotion.turned(received, was, is_),
        decided=promotion.turned(received, is_, was),
        worth=worth,
    )


def measured_worth(
    ours: Sequence[Example], labels: Sequence[Example], rules: Taxonomy, tell: Callable[[float], None]
) -> Worth | None:
    """What the labels were worth so far and the next ones should be; None where there are too few."""
    if len(labels) < curve.FEWEST:
        return None
    found = curve.measure(ours, labels, rules, curve.sizes(len(labels)), tell)
    return Worth(points=curve.points(found), more=curve.MORE, gain=curve.gain(found))


def _encoder(used: Classifier) -> encoder.Encoder | None:
    """For a second opinion, where the model in use has one."""
    return encoder.Encoder(1) if used.second and encoder.installed() else None


def _sha256(examples: Sequence[Example]) -> str:
    digest = hashlib.sha256()
    for one in examples:
        digest.update(f"{one.id}\0{one.text}\0{one.category}\0{one.impact}\0{one.urgency}\n".encode())
    return digest.hexdigest()


def _by(id: str, store: Store) -> str:
    latest = store.models.training()
    return latest.by if latest and latest.id == id else ""


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; how it goes and ends is in the store."""
    parser = argparse.ArgumentParser(prog="python -m model.learn", description="Train a candidate from labels.")
    parser.add_argument("id", help="of a training that was begun")
    chosen = parser.parse_args(arguments)
    try:
        settings = knobs.read(os.environ)
        run(chosen.id, Store(settings.database_url), settings, taxonomy.read(), corpus.read())
    except (ValueError, StoreAway) as error:
        print(f"Not trained: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
