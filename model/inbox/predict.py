"""Predict for files of mail: `python -m model.inbox.predict --input FILE_OR_FOLDER --output CSV`."""

import argparse
import csv
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

from data import taxonomy
from data.intake.files import IntakeOptions, read_mail_files
from data.mail import IntakeItem, TriagedMail
from data.provenance import COMMAND_LINE
from data.schema import StoreUnavailable
from data.settings import Settings, environment_and_secrets, read_settings
from data.store import Store
from data.tables.csv_injection import escape_formula
from data.taxonomy import Taxonomy
from model.confidence.limits import Limits, limits_in_force
from model.serving.fallback import FallbackClassifier
from model.serving.parallel import ModelBundle, bundle_model, map_parallel
from model.triage import Classifies, triage

PART_MAILS = 500
"""Mails that one core predicts at a time."""

COLUMNS = ("id", "file", "position", "category", "team", "priority", "confidence", "action", "reason", "error")

OutputRow = dict[str, Any]


def predict_file(
    source: Path, classifier: FallbackClassifier, limits: Limits, ways: IntakeOptions, dask: str = ""
) -> Iterator[list[OutputRow]]:
    """The rows of the output in parts, in the order of the input: one for each mail and each place without one.

    A single part is predicted here; more are spread over the cores, or over a Dask cluster at the address `dask`.
    """
    items = read_mail_files(source, source.name, ways)
    parts = iter(lambda: list(islice(items, PART_MAILS)), [])
    first = list(islice(parts, 2))
    model: ModelBundle | None = bundle_model(classifier)
    work = partial(predict_part, limits=limits)
    if model and (dask or len(first) > 1):
        yield from map_parallel(chain(first, parts), work, model, dask)
    else:
        yield from (work(part, classifier) for part in chain(first, parts))


def predict_part(part: Sequence[IntakeItem], classifier: Classifies, limits: Limits) -> list[OutputRow]:
    """The rows of one part. Their texts are safe to open in a spreadsheet."""
    triaged = iter(triage(part, classifier, None, COMMAND_LINE, limits=limits))
    rows = (_row(item, next(triaged) if item.mail else None, classifier.taxonomy) for item in part)
    return [
        {name: escape_formula(cell) if isinstance(cell, str) else cell for name, cell in row.items()} for row in rows
    ]


def _row(item: IntakeItem, triaged: TriagedMail | None, taxonomy: Taxonomy) -> OutputRow:
    row = {"id": item.own_id, "file": item.file, "position": item.position, "error": item.wrong}
    if triaged is None:
        return row
    made = triaged.triaged.prediction
    return row | {
        "category": made.category,
        "team": taxonomy.category(made.category).team,
        "priority": made.priority,
        "confidence": round(made.confidence, 4),
        "action": made.action,
        "reason": made.reason,
    }


def write_csv(parts: Iterator[list[OutputRow]], target: Path) -> tuple[int, int]:
    """Write rows to a CSV, which is there when all of it is. Returns the number of mails sorted and of bad places."""
    good = bad = 0
    fresh = target.with_name(f".{target.name}.part")
    try:
        with fresh.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            for part in parts:
                writer.writerows(part)
                errors = sum(bool(row["error"]) for row in part)
                good, bad = good + len(part) - errors, bad + errors
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)
    return good, bad


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line. Errors are a sentence and exit status 2."""
    parser = argparse.ArgumentParser(
        prog="python -m model.inbox.predict", description="Sort the mail of a file or folder."
    )
    parser.add_argument("--input", type=Path, required=True, help=".eml, .mbox, .csv, .zip, or a folder of these")
    parser.add_argument("--output", type=Path, required=True, help="the CSV to write")
    parser.add_argument("--dask", default="", metavar="ADDRESS", help="of a Dask scheduler, such as tcp://host:8786")
    chosen = parser.parse_args(arguments)
    try:
        good, bad = _predict(chosen.input, chosen.output, read_settings(environment_and_secrets()), chosen.dask)
    except (ValueError, OSError, StoreUnavailable) as error:
        print(f"Not sorted: {error}", file=sys.stderr)
        return 2
    print(f"Read {good + bad:,}: sorted {good:,}, could not read {bad:,} (see the column error).")
    return 0


def _predict(source: Path, target: Path, settings: Settings, dask: str) -> tuple[int, int]:
    if not source.exists():
        raise ValueError(f"There is no {source}: check the name.")
    if source.resolve() == target.resolve():
        raise ValueError(f"{target} is the input too: give the output another name.")
    store = Store(settings.database_url)
    classifier = FallbackClassifier(settings, taxonomy.read_taxonomy(), store=lambda: store)
    classifier.prepare()
    print(f"Sorting with {classifier.name}.", file=sys.stderr)
    ways = IntakeOptions(own_lists=settings.mailbox_own_lists)
    return write_csv(predict_file(source, classifier, limits_in_force(store, classifier.limits), ways, dask), target)


if __name__ == "__main__":
    sys.exit(main())
