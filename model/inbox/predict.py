"""Sort files: `python -m model.inbox.predict --input FILE_OR_FOLDER --output CSV`."""

import argparse
import csv
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

from data import settings, taxonomy
from data.intake.files import IntakeOptions, read_mail_files
from data.mail import IntakeItem, TriagedMail
from data.schema import StoreUnavailable
from data.settings import Settings
from data.store import Store
from data.tables.csv_injection import escape_formula
from data.taxonomy import Taxonomy
from model.arrival import sort
from model.serving.fallback import FallbackClassifier
from model.serving.parallel import ModelBundle, bundle_model, map_parallel
from model.triage import Predicts, threshold_in_force

PART = 500
COLUMNS = ("id", "file", "position", "category", "team", "priority", "confidence", "action", "reason", "error")

OutputRow = dict[str, Any]


def predict_file(
    source: Path,
    standby: FallbackClassifier,
    decide_above: float | None,
    rules: Taxonomy,
    ways: IntakeOptions,
    dask: str = "",
) -> Iterator[list[OutputRow]]:
    """The rows of the output, in parts, in the order of the input: one for each mail and each place without one.

    A single part is sorted here; more are spread over the cores, or over a Dask cluster where one is named.
    """
    found = read_mail_files(source, source.name, ways)
    parts = iter(lambda: list(islice(found, PART)), [])
    first = list(islice(parts, 2))
    model: ModelBundle | None = bundle_model(standby)
    work = partial(predict_part, decide_above=decide_above, rules=rules)
    if model and (dask or len(first) > 1):
        yield from map_parallel(chain(first, parts), work, model, dask)
    else:
        yield from (work(part, standby) for part in chain(first, parts))


def predict_part(
    part: Sequence[IntakeItem], classifier: Predicts, decide_above: float | None, rules: Taxonomy
) -> list[OutputRow]:
    """The rows of one part, every text of which a spreadsheet shows and never runs."""
    arrived = iter(sort(part, classifier, decide_above, rules))
    made = (_row(one, next(arrived) if one.mail else None, rules) for one in part)
    return [
        {name: escape_formula(cell) if isinstance(cell, str) else cell for name, cell in row.items()} for row in made
    ]


def _row(one: IntakeItem, arrived: TriagedMail | None, rules: Taxonomy) -> OutputRow:
    row = {"id": one.own_id, "file": one.file, "position": one.position, "error": one.wrong}
    if arrived is None:
        return row
    made = arrived.triaged.prediction
    return row | {
        "category": made.category,
        "team": rules.category(made.category).team,
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
        good, bad = _predict(
            chosen.input, chosen.output, settings.read_settings(settings.environment_and_secrets()), chosen.dask
        )
    except (ValueError, OSError, StoreUnavailable) as error:
        print(f"Not sorted: {error}", file=sys.stderr)
        return 2
    print(f"Read {good + bad:,}: sorted {good:,}, could not read {bad:,} (see the column error).")
    return 0


def _predict(source: Path, target: Path, knobs: Settings, dask: str) -> tuple[int, int]:
    if not source.exists():
        raise ValueError(f"There is no {source}: check the name.")
    if source.resolve() == target.resolve():
        raise ValueError(f"{target} is the input too: give the output another name.")
    rules = taxonomy.read_taxonomy()
    store = Store(knobs.database_url)
    standby = FallbackClassifier(knobs, rules, store=lambda: store)
    standby.prepare()
    print(f"Sorting with {standby.name}.", file=sys.stderr)
    ways = IntakeOptions(own_lists=knobs.mailbox_own_lists)
    return write_csv(predict_file(source, standby, threshold_in_force(store), rules, ways, dask), target)


if __name__ == "__main__":
    sys.exit(main())
