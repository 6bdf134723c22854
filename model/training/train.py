"""Trains, scores and saves a model: the work behind `python -m model.training`."""

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
from model.serving.manifest import CORPUS_SOURCE, Manifest
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
    """Train on our corpus (or a CSV), save the model, and print its scores. Returns the manifest.

    :param second: whether to fit a second opinion too.
    :param reference: whether to write the model in scikit-learn's own form too.
    Raises ValueError when the data cannot be learnt from, EncoderUnavailable without an encoder for a second opinion,
    NotSaved when nothing can be written to the folder.
    """
    check_writable(folder)
    memory.import_sklearn_without_pandas()

    from model.training.fit import fit_model
    from model.training.reference import write_reference

    known = taxonomy.read_taxonomy()
    examples = with_levels(_read_csv(data), known.priorities.levels) if data else corpus.read_corpus()
    print(f"Training on {len(examples):,} emails …", flush=True)
    fitted = fit_model(examples, known, SEED, jobs, encoder.Encoder(jobs) if second else None)
    report = training_report(fitted, limits_of(Settings()))
    _print(report)
    manifest = artifact.save_model(
        fitted.classifier,
        fitted.held_out(fitted.by_industry),
        folder,
        source=data.name if data else CORPUS_SOURCE,
        data_sha256=hashlib.sha256(data.read_bytes()).hexdigest() if data else corpus.corpus_sha256(),
        report=report,
        now=now,
    )
    if reference:
        write_reference(fitted, artifact.reference_path(folder, manifest))
    print(f"Saved model {manifest.version} to {folder}.")
    return manifest


def training_report(fitted: "FittedModel", limits: Limits) -> TrainingReport:
    """The scores of a fitted model on mail that it had not learned from."""
    from model.evaluation import metrics

    examples, by_group = fitted.data.examples, fitted.by_group
    by_industry = fitted.held_out(fitted.by_industry)
    share, right = metrics.automation(by_industry.inside, limits)
    return TrainingReport(
        grouped=metrics.compute_scores(fitted.held_out(by_group)),
        away=metrics.compute_scores(by_industry),
        by_category=metrics.accuracy_by_part(by_industry, attrgetter("category")),
        shortlist=metrics.shortlist_coverage(by_industry, fitted.classifier.least_share),
        decide_above=limits.decide_above,
        share_decided=share,
        right_when_decided=right,
        impact_right=metrics.accuracy_if_informative(by_group.impact, [example.impact for example in examples]),
        urgency_right=metrics.accuracy_if_informative(by_group.urgency, [example.urgency for example in examples]),
    )


def tracking_run(manifest: Manifest, **texts: str) -> TrainingRun:
    """A training as a run of an experiment tracker: its parameters, metrics and files.

    :param texts: further files by name without ending, JSON.
    """
    report = manifest.report
    figures = {
        f"{way}.{name}": getattr(scores, name).value
        for way, scores in (("grouped", report.grouped), ("away", report.away))
        for name in ("accuracy", "surest", "macro_f1", "calibration_error")
    }
    figures |= {"share_decided": report.share_decided, "right_when_decided": report.right_when_decided}
    names = ("version", "source", "data_sha256", "taxonomy_sha256", "examples", "second_opinion", "scikit_learn")
    files = {"manifest.json": manifest.model_dump_json(indent=2)}
    files |= {f"{name}.json": text for name, text in texts.items()}
    return TrainingRun(manifest.version, {name: getattr(manifest, name) for name in names}, figures, files)


def with_levels(examples: Sequence[Example], levels: Sequence[str]) -> list[Example]:
    """The examples; an impact or urgency that is no level becomes the lowest one, and a line on stderr says so."""
    leveled = [replace(e, impact=e.impact.casefold(), urgency=e.urgency.casefold()) for e in examples]
    for axis in ("impact", "urgency"):
        unknown = Counter(getattr(e, axis) for e in leveled if getattr(e, axis) not in levels)
        for value, count in unknown.items():
            print(f"{axis} is {value or 'empty'!r} in {count:,} rows: taken as {levels[0]}.", file=sys.stderr)
        leveled = [e if getattr(e, axis) in levels else replace(e, **{axis: levels[0]}) for e in leveled]
    return leveled


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
