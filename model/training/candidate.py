"""A candidate: learned from the corpus and from people's labels together, and compared with the model in use."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from data.clock import now
from data.corpus import LABELLED_ID_PREFIX, Example
from data.model_records import StoredModel
from data.provenance import SOURCE_UPLOAD
from data.schema import Received
from data.settings import Settings
from data.store import Store
from data.taxonomy import Taxonomy
from model.classify import encoder
from model.classify.classifier import Classifier
from model.confidence.limits import limits_in_force
from model.evaluation.held_out import HeldOutPredictions
from model.labelling.consensus import ConsensusLabels, consensus_labels
from model.serving import artifact, memory
from model.serving.fallback import FallbackClassifier
from model.serving.manifest import OUR_CORPUS, ModelUnfit
from model.training import comparison, learning_curve
from model.training.comparison import ComparisonReport, LabelWorth

CORPUS_AND_LABELS = "our corpus and labels"
MAX_COMPARED_EMAILS = 5_000
"""The latest emails on which both models are compared."""

ProgressCallback = Callable[[str, float], None]
"""Hears the stage and the share that is done, and may raise to end it."""


def train_candidate(
    store: Store,
    settings: Settings,
    rules: Taxonomy,
    ours: Sequence[Example],
    tell: ProgressCallback,
    clock: Callable[[], datetime] = now,
) -> StoredModel:
    """A model learned from `ours` and from what people agree on, with its report against the model in use.

    Raises ValueError where there is nothing to learn, ModelUnfit where there is no model to compare with.
    """
    memory.import_sklearn()

    from model.training.fit import fit_model
    from model.training.train import training_report

    tell("Reading labels", 0.02)
    standby = FallbackClassifier(settings, rules, store=lambda: store)
    standby.prepare()
    if standby.trained is None:
        raise ModelUnfit(standby.why)
    if standby.manifest.source not in (OUR_CORPUS, CORPUS_AND_LABELS):
        raise ValueError(
            f"The model in use was trained on {standby.manifest.source}: export the labels, add them to that file, and "
            "train from it (python -m model.training --data)."
        )
    limits = limits_in_force(store, standby.limits)
    found = consensus_labels(store.labels.with_emails(), standby.quick, settings)
    if not found.train:
        raise ValueError("No labels to learn from yet: label some mail first.")
    examples = [*ours, *without_tested_look_alikes(found)]
    encode = _encoder(standby.trained)
    fitted = fit_model(examples, rules, jobs=1, encode=encode, tell=lambda share: tell("Learning", 0.05 + 0.55 * share))
    worth = measure_label_worth(
        ours,
        without_tested_look_alikes(found),
        rules,
        lambda share: tell("Measuring what labels are worth", 0.6 + 0.3 * share),
    )
    tell("Comparing", 0.92)
    with TemporaryDirectory() as folder:
        manifest = artifact.save_model(
            fitted,
            Path(folder),
            source=CORPUS_AND_LABELS,
            data_sha256=_sha256(examples),
            report=training_report(fitted, limits),
            now=clock(),
        )
        files = {one.name: Path(folder, one.name).read_bytes() for one in (manifest.table, manifest.evidence)}
    fresh, learned = replace(fitted.classifier, version=manifest.version), fitted.evidence(fitted.away)
    del fitted  # to compare takes memory too
    fresh = fresh.put_to_use(limits, "the candidate", encode)
    mail = store.received(MAX_COMPARED_EMAILS, without=[SOURCE_UPLOAD])
    report = compare_models(standby, fresh, learned, found, ours, mail, worth)
    return StoredModel(manifest.version, clock(), "", manifest.model_dump_json(), report.model_dump_json(), files)


def without_tested_look_alikes(found: ConsensusLabels) -> list[Example]:
    """What may be learned from: nothing that resembles, or has the same sender as, what is kept for testing."""
    from model.evaluation.splits import duplicate_groups

    both = found.all
    group = duplicate_groups([one.text for one in both], [one.family for one in both])
    tested = set(group[len(found.train) :].tolist())
    return [one for one, number in zip(found.train, group.tolist(), strict=False) if number not in tested]


def compare_models(
    standby: FallbackClassifier,
    fresh: Classifier,
    learned: HeldOutPredictions,
    found: ConsensusLabels,
    ours: Sequence[Example],
    received: Sequence[Received],
    worth: LabelWorth | None,
) -> ComparisonReport:
    """The report of a candidate against the model in use, on the corpus, on labelled mail and on all that came in.

    :param learned: the candidate's answers on what it learned from, by models that had not seen it.
    """
    used, known = standby.trained, artifact.load_evidence(standby.folder, fresh.taxonomy)

    def both(some: Sequence[Example], group: np.ndarray | None = None) -> tuple[HeldOutPredictions, HeldOutPredictions]:
        old = comparison.unseen_predictions(used, known, some, group)
        return old, comparison.unseen_predictions(fresh, learned, some, old.group)

    kept = {one.id for one in found.test}
    drawn = [one for one in found.all if one.id in found.audited]
    sets = {
        comparison.ON_RANDOM_SAMPLE: drawn,
        comparison.ON_TEST_SET: [one for one in drawn if one.id in kept],
        comparison.ON_LABELLED: found.all,
        comparison.ON_CORPUS: ours,
    }
    truth = {one.id: one for one in found.all}
    mail = [
        truth.get(LABELLED_ID_PREFIX + one.id)
        or Example(LABELLED_ID_PREFIX + one.id, one.email.subject, one.email.body, "")
        for one in received
    ]
    old, new = both(mail, np.arange(len(mail)))
    was, is_ = (one.decided(fresh.limits) for one in (old, new))
    pairs = {name: both(some) for name, some in sets.items() if some}
    rows = [comparison.paired_accuracy(name, *pair) for name, pair in pairs.items()]
    return ComparisonReport(
        before=used.version,
        after=fresh.version,
        labels=len(found.train),
        emails=len(received),
        compared=[row for row in rows if row],
        by_category=comparison.paired_by_category(*pairs[comparison.ON_LABELLED]),
        changes=comparison.changed_emails(received, old, new),
        asked=comparison.newly_undecided(received, was, is_),
        decided=comparison.newly_undecided(received, is_, was),
        worth=worth,
    )


def measure_label_worth(
    ours: Sequence[Example], labels: Sequence[Example], rules: Taxonomy, tell: Callable[[float], None]
) -> LabelWorth | None:
    """What the labels were worth so far and the next ones should be; None where there are too few."""
    if len(labels) < learning_curve.MIN_CURVE_EMAILS:
        return None
    found = learning_curve.measure_curve(ours, labels, rules, learning_curve.curve_sizes(len(labels)), tell)
    return LabelWorth(
        points=learning_curve.curve_points(found),
        more=learning_curve.MORE_LABELS,
        gain=learning_curve.expected_gain(found),
    )


def _encoder(used: Classifier) -> encoder.Encoder | None:
    """For a second opinion, where the model in use has one."""
    return encoder.Encoder(1) if used.second and encoder.encoder_installed() else None


def _sha256(examples: Sequence[Example]) -> str:
    digest = hashlib.sha256()
    for one in examples:
        digest.update(f"{one.id}\0{one.text}\0{one.category}\0{one.impact}\0{one.urgency}\n".encode())
    return digest.hexdigest()
