"""Train a model: `python -m model.training [--data CSV] --out FOLDER`."""

import hashlib
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from data import corpus, taxonomy
from data.corpus import Example
from data.settings import Settings
from model.classify import encoder
from model.confidence.limits import Limits, limits_of
from model.evaluation.reports import TrainingReport
from model.serving import artifact, memory
from model.serving.atomic_write import check_writable
from model.serving.manifest import OUR_CORPUS, Manifest
from model.training.mlflow_tracking import TrainingRun

if TYPE_CHECKING:
    from model.training.fit import FittedModel

SEED = 0


def train_model(
    data: Path | None,
    folder: Path,
    *,
    now: datetime,
    jobs: int = -1,
    second: bool = False,
    reference: bool = False,
) -> Manifest:
    """Train on our corpus (or a CSV), save model and manifest, and print the scores. Returns the manifest.

    :param second: whether to fit a second opinion too.
    :param reference: whether to write the model in scikit-learn's own form too.
    Raises ValueError when the data cannot be learnt from, EncoderUnavailable without an encoder for a second opinion,
    NotSaved when nothing can be written to the folder.
    """
    check_writable(folder)
    memory.import_sklearn()

    from model.training.fit import fit_model
    from model.training.reference import write_reference

    rules = taxonomy.read_taxonomy()
    examples = _read_csv(data) if data else corpus.read_corpus()
    if data:
        examples = with_levels(examples, rules.priorities.levels)
    print(f"Training on {len(examples):,} emails …", flush=True)
    fitted = fit_model(examples, rules, SEED, jobs, encoder.Encoder(jobs) if second else None)
    report = training_report(fitted, limits_of(Settings()))
    _print(report)
    manifest = artifact.save_model(
        fitted,
        folder,
        source=data.name if data else OUR_CORPUS,
        data_sha256=hashlib.sha256(data.read_bytes()).hexdigest() if data else corpus.corpus_sha256(),
        report=report,
        now=now,
    )
    if reference:
        write_reference(fitted, artifact.reference_path(folder, manifest))
    print(f"Saved model {manifest.version} to {folder}.")
    return manifest


def training_report(fitted: "FittedModel", limits: Limits) -> TrainingReport:
    """The honest scores of what was fitted."""
    from model.evaluation import metrics as evaluate

    examples, grouped = fitted.data.examples, fitted.grouped
    away = fitted.evidence(fitted.away)
    share, right = evaluate.automation(away.inside, limits)
    return TrainingReport(
        grouped=evaluate.compute_scores(fitted.evidence(grouped)),
        away=evaluate.compute_scores(away),
        by_category=evaluate.accuracy_by_part(away, attrgetter("category")),
        shortlist=evaluate.shortlist_coverage(away, fitted.classifier.least_share),
        decide_above=limits.decide_above,
        share_decided=share,
        right_when_decided=right,
        impact_right=evaluate.accuracy_if_informative(grouped.impact, [example.impact for example in examples]),
        urgency_right=evaluate.accuracy_if_informative(grouped.urgency, [example.urgency for example in examples]),
    )


def as_run(manifest: Manifest, **texts: str) -> TrainingRun:
    """A training as it is told to a tracking server: what it was given, how good it is, and what was written about it.

    :param texts: further files by name without ending, JSON.
    """
    report = manifest.report
    metrics = {
        f"{way}.{name}": getattr(scores, name).value
        for way, scores in (("grouped", report.grouped), ("away", report.away))
        for name in ("accuracy", "surest", "macro_f1", "calibration_error")
    }
    metrics |= {"share_decided": report.share_decided, "right_when_decided": report.right_when_decided}
    told = ("version", "source", "data_sha256", "taxonomy_sha256", "examples", "second_opinion", "scikit_learn")
    files = {"manifest.json": manifest.model_dump_json(indent=2)}
    files |= {f"{name}.json": text for name, text in texts.items()}
    return TrainingRun(manifest.version, {name: getattr(manifest, name) for name in told}, metrics, files)


def with_levels(examples: Sequence[Example], levels: Sequence[str]) -> list[Example]:
    """Examples whose impact or urgency is no level take the lowest one, which is said."""
    told = [replace(e, impact=e.impact.casefold(), urgency=e.urgency.casefold()) for e in examples]
    for axis in ("impact", "urgency"):
        unknown = Counter(getattr(e, axis) for e in told if getattr(e, axis) not in levels)
        for value, count in unknown.items():
            print(f"{axis} is {value or 'empty'!r} in {count:,} rows: taken as {levels[0]}.", file=sys.stderr)
        told = [e if getattr(e, axis) in levels else replace(e, **{axis: levels[0]}) for e in told]
    return told


def _read_csv(path: Path) -> list[Example]:
    examples, bad = corpus.read_labelled_csv(path)
    for sentence in bad:
        print(sentence, file=sys.stderr)
    return examples


def _print(report: TrainingReport) -> None:
    print("\nOn mail that was not learned from; 95 % intervals in brackets.")
    print(f"{'':24}{'right':25}{'surest 60 %':25}{'macro-F1':25}calibration error")
    for name, scores in (("no look-alikes seen", report.grouped), ("industry not seen", report.away)):
        row = (scores.accuracy, scores.surest, scores.macro_f1, scores.calibration_error)
        cells = (f"{one.value:.3f} ({one.low:.3f} to {one.high:.3f})" for one in row)
        print(f"{name:24}" + "".join(f"{cell:25}" for cell in cells).rstrip())
    print(f"\nOver {report.decide_above:.0%} sure: {report.share_decided:.0%} of mail, right on", end=" ")
    print(f"{report.right_when_decided:.0%} of it.", end=" ")
    for axis, right in (("Impact", report.impact_right), ("urgency", report.urgency_right)):
        print(f"{axis} {'not measured' if right is None else f'right on {right:.0%}'}", end="; ")
    print("\n")
