"""Train a model: `python -m model.train [--data CSV] --out FOLDER`."""

import argparse
import hashlib
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from data import corpus, taxonomy
from data.corpus import Example
from data.settings import Settings
from data.taxonomy import Taxonomy
from model import artifact
from model.artifact import Manifest, Report

SEED = 0


def train(data: Path | None, folder: Path, *, now: datetime, jobs: int = -1, baselines: bool = True) -> Manifest:
    """Train on our corpus (or a CSV), save model and manifest, and print the scores. Returns the manifest.

    Raises ValueError when the data cannot be learnt from.
    """
    from model.classifier import fit

    rules = taxonomy.read()
    examples = _read_csv(data) if data else corpus.read()
    if data:
        examples = with_levels(examples, rules.priorities.levels)
    print(f"Training on {len(examples):,} emails …", flush=True)
    classifier, oof = fit(examples, rules, SEED, jobs)
    report = honest_scores(examples, classifier.categories, oof, rules, baselines)
    manifest = artifact.save(
        classifier,
        folder,
        source=data.name if data else artifact.OUR_CORPUS,
        data_sha256=hashlib.sha256(data.read_bytes()).hexdigest() if data else corpus.sha256(),
        examples=len(examples),
        report=report,
        now=now,
    )
    print(f"Saved model {manifest.version} to {folder}.")
    return manifest


def honest_scores(
    examples: Sequence[Example], categories: list[str], oof: Any, rules: Taxonomy, baselines: bool
) -> Report:
    """Grouped cross-validated scores of the model, and of the baselines beside it; printed too."""
    import numpy as np

    from model import baselines as other
    from model import evaluate
    from model.classifier import FOLDS
    from model.groups import folds

    candidates = {"model": oof.scores}
    if baselines:
        truth = np.array([example.category for example in examples])
        candidates["naive_bayes"] = other.naive_bayes(examples, folds(truth, oof.groups, FOLDS, SEED))
        candidates["keyword_rules"] = other.keyword_rules(examples, categories, rules)
    scored = {name: evaluate.scores(examples, categories, p, oof.groups) for name, p in candidates.items()}
    above = Settings().decide_above
    share, right = evaluate.automation(examples, categories, oof.scores, above)
    report = Report(
        candidates=scored,
        decide_above=above,
        share_decided=share,
        right_when_decided=right,
        impact_right=evaluate.share_right(oof.impact, [example.impact for example in examples]),
        urgency_right=evaluate.share_right(oof.urgency, [example.urgency for example in examples]),
    )
    _print(report)
    return report


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
    examples, bad = corpus.read_csv(path)
    for sentence in bad:
        print(sentence, file=sys.stderr)
    return examples


def _print(report: Report) -> None:
    print("\nOut-of-fold, look-alikes kept together; 95 % intervals in brackets.")
    print(f"{'':15}{'accuracy':26}{'macro-F1':26}calibration error")
    for name, scores in report.candidates.items():
        row = (scores.accuracy, scores.macro_f1, scores.calibration_error)
        cells = (f"{one.value:.3f} ({one.low:.3f} to {one.high:.3f})" for one in row)
        print(f"{name.replace('_', ' '):15}" + "".join(f"{cell:26}" for cell in cells).rstrip())
    print(f"\nOver {report.decide_above:.0%} sure: {report.share_decided:.0%} of mail, right on", end=" ")
    print(f"{report.right_when_decided:.0%} of it.")
    for axis, right in (("Impact", report.impact_right), ("urgency", report.urgency_right)):
        print(f"{axis} {'not measured' if right is None else f'right on {right:.0%}'}", end="; ")
    print("\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line. Errors are a sentence and exit status 2."""
    parser = argparse.ArgumentParser(prog="python -m model.train", description="Train the model that sorts mail.")
    parser.add_argument("--data", type=Path, help="a CSV with a text and a category column; without it, our corpus")
    parser.add_argument("--out", type=Path, required=True, help="folder for the model and its manifest")
    parser.add_argument("--jobs", type=int, default=-1, help="processes; -1 (the default) is one a core")
    parser.add_argument("--no-baselines", action="store_true", help="score the model alone")
    parser.add_argument("--if-missing", action="store_true", help="do nothing where a model that fits lies already")
    chosen = parser.parse_args(arguments)
    if chosen.jobs == 0:
        parser.error("--jobs 0 would do nothing: give 1 or more, or -1 for one a core.")
    try:
        if chosen.if_missing and _fits(chosen.out):
            return 0
        train(chosen.data, chosen.out, now=datetime.now(UTC), jobs=chosen.jobs, baselines=not chosen.no_baselines)
    except (ValueError, OSError) as error:
        print(f"Not trained: {error}", file=sys.stderr)
        return 2
    return 0


def _fits(folder: Path) -> bool:
    try:
        artifact.verify(folder, taxonomy.read())
    except artifact.ModelUnfit as why:
        print(why)
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
