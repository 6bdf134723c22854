"""Trains a candidate on the corpus and people's labels together, and compares it with the model in use."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from data.clock import now
from data.corpus import Example
from data.model_records import StoredModel
from data.provenance import SOURCE_UPLOAD
from data.settings import Settings
from data.store import Store
from data.taxonomy import Taxonomy
from model.classify import encoder
from model.classify.classifier import Classifier
from model.confidence.limits import Limits, limits_in_force
from model.evaluation.splits import duplicate_groups
from model.labelling.consensus import ConsensusLabels, consensus_labels
from model.serving import artifact, memory
from model.serving.fallback import FallbackClassifier
from model.serving.manifest import CORPUS_SOURCE, Manifest, ModelUnfit
from model.training import learning_curve
from model.training.comparison import ComparedModel, compare_models
from model.training.comparison_report import LabelWorth

if TYPE_CHECKING:
    from model.training.fit import FittedModel

CORPUS_AND_LABELS = "our corpus and labels"
MAX_COMPARED_EMAILS = 5_000
"""The latest emails, on which both models are compared."""

ProgressCallback = Callable[[str, float], None]
"""Is told the stage and the share that is done; it may raise to cancel the training."""


def train_candidate(
    store: Store,
    settings: Settings,
    taxonomy: Taxonomy,
    ours: Sequence[Example],
    tell: ProgressCallback,
    clock: Callable[[], datetime] = now,
) -> StoredModel:
    """A model trained on the corpus (`ours`) and on consensus labels, with its report against the model in use.

    Raises ValueError where there are no labels, ModelUnfit where there is no model to compare with.
    """
    memory.import_sklearn_without_pandas()

    from model.training.fit import fit_model

    tell("Reading labels", 0.02)
    classifier = _model_in_use(store, settings, taxonomy)
    used, limits = classifier.trained, limits_in_force(store, classifier.limits)
    labels = consensus_labels(store.labels.with_emails(), classifier.predict_fast, settings)
    if not labels.train:
        raise ValueError("No labels to learn from yet: label some mail first.")
    own = without_test_near_duplicates(labels)
    examples, encode = [*ours, *own], _encoder(used)
    fitted = fit_model(
        examples, taxonomy, jobs=1, encode=encode, tell=lambda share: tell("Learning", 0.05 + 0.55 * share)
    )
    worth = measure_label_worth(
        ours, own, taxonomy, lambda share: tell("Measuring what labels are worth", 0.6 + 0.3 * share)
    )
    tell("Comparing", 0.92)
    manifest, files = _model_files(fitted, examples, limits, clock())
    fresh = replace(fitted.classifier, version=manifest.version).put_to_use(limits, "the candidate", encode)
    after = ComparedModel(fresh, fitted.held_out(fitted.by_industry))
    del fitted  # frees memory for the comparison
    before = ComparedModel(used, artifact.load_evidence(classifier.folder, taxonomy))
    latest = store.received(MAX_COMPARED_EMAILS, without=[SOURCE_UPLOAD])
    report = compare_models(before, after, labels, ours, latest, limits, worth)
    return StoredModel(manifest.version, clock(), "", manifest.model_dump_json(), report.model_dump_json(), files)


def without_test_near_duplicates(labels: ConsensusLabels) -> list[Example]:
    """The examples for training without those that resemble, or have the same sender as, one for testing."""
    both = labels.all
    group = duplicate_groups([one.text for one in both], [one.family for one in both])
    tested = set(group[len(labels.train) :].tolist())
    return [one for one, number in zip(labels.train, group.tolist(), strict=False) if number not in tested]


def measure_label_worth(
    ours: Sequence[Example], labels: Sequence[Example], taxonomy: Taxonomy, tell: Callable[[float], None]
) -> LabelWorth | None:
    """The learning curve of the labels, and the expected gain by more of them; None for too few labels."""
    if len(labels) < learning_curve.MIN_CURVE_EMAILS:
        return None
    curve = learning_curve.measure_curve(ours, labels, taxonomy, learning_curve.curve_sizes(len(labels)), tell)
    return LabelWorth(
        points=learning_curve.curve_points(curve),
        more=learning_curve.MORE_LABELS,
        gain=learning_curve.expected_gain(curve),
    )


def _model_in_use(store: Store, settings: Settings, taxonomy: Taxonomy) -> FallbackClassifier:
    classifier = FallbackClassifier(settings, taxonomy, store=lambda: store)
    classifier.prepare()
    if classifier.trained is None:
        raise ModelUnfit(classifier.why)
    if classifier.manifest.source not in (CORPUS_SOURCE, CORPUS_AND_LABELS):
        raise ValueError(
            f"The model in use was trained on {classifier.manifest.source}: export the labels, add them to that file, "
            "and train from it (python -m model.training --data)."
        )
    return classifier


def _model_files(
    fitted: "FittedModel", examples: Sequence[Example], limits: Limits, at: datetime
) -> tuple[Manifest, dict[str, bytes]]:
    """The manifest of a fitted model, and the content of its files by name."""
    from model.training.train import training_report

    with TemporaryDirectory() as folder:
        manifest = artifact.save_model(
            fitted.classifier,
            fitted.held_out(fitted.by_industry),
            Path(folder),
            source=CORPUS_AND_LABELS,
            data_sha256=_sha256(examples),
            report=training_report(fitted, limits),
            now=at,
        )
        return manifest, {one.name: Path(folder, one.name).read_bytes() for one in (manifest.table, manifest.evidence)}


def _encoder(used: Classifier) -> encoder.Encoder | None:
    """The encoder of the second opinion, where the model in use has one."""
    return encoder.Encoder(1) if used.second_opinion and encoder.encoder_installed() else None


def _sha256(examples: Sequence[Example]) -> str:
    digest = hashlib.sha256()
    for one in examples:
        digest.update(f"{one.id}\0{one.text}\0{one.category}\0{one.impact}\0{one.urgency}\n".encode())
    return digest.hexdigest()
