"""Sort a file: `python -m model.predict --input CSV --output CSV`."""

import argparse
import csv
import os
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from data import settings, taxonomy
from data.corpus import csv_rows
from data.mistakes import mistakes
from data.schema import Email, Prediction
from data.taxonomy import Taxonomy
from model.fallback import Standby
from model.triage import Predicts

CHUNK = 1_000
COLUMNS = ["id", "category", "team", "priority", "confidence", "action", "reason", "error"]


def predict_file(source: Path, target: Path, classifier: Predicts, rules: Taxonomy) -> tuple[int, int]:
    """Sort each row of a CSV into another one, in chunks. Returns the number of rows sorted and of bad ones.

    Every row of the input is a row of the output; one that could not be read has a sentence in `error`. The output is
    there when all of it is. Raises ValueError when no column holds a text.
    """
    good = bad = 0
    fresh = target.with_name(f".{target.name}.part")
    try:
        with fresh.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            rows = csv_rows(source, needed=("body",))
            while chunk := list(islice(rows, CHUNK)):
                made = list(_sorted(chunk, classifier, rules))
                writer.writerows(made)
                errors = sum(bool(row["error"]) for row in made)
                good, bad = good + len(made) - errors, bad + errors
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)
    return good, bad


def _sorted(chunk: Sequence[tuple[int, dict[str, str], str]], classifier: Predicts, rules: Taxonomy) -> Iterator[dict]:
    read = [wrong or _email(row) for _, row, wrong in chunk]
    predictions = iter(classifier.predict([email for email in read if isinstance(email, Email)]))
    for (line, row, _), email in zip(chunk, read, strict=True):
        result = _row(next(predictions), rules) if isinstance(email, Email) else {"error": email}
        cells = {"id": row.get("id") or f"line {line}", "error": "", **result}
        yield {name: spreadsheet_safe(cell) if isinstance(cell, str) else cell for name, cell in cells.items()}


def _email(row: dict[str, str]) -> Email | str:
    try:
        return Email(subject=row.get("subject", ""), body=row["body"])
    except ValidationError as error:
        return " ".join(f"{m.field}: {m.message}" for m in mistakes(error.errors()))


def _row(made: Prediction, rules: Taxonomy) -> dict[str, Any]:
    return {
        "category": made.category,
        "team": rules.category(made.category).team,
        "priority": made.priority,
        "confidence": round(made.confidence, 4),
        "action": made.action,
        "reason": made.reason,
    }


def spreadsheet_safe(text: str) -> str:
    """The text such that a spreadsheet shows it and never runs it (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line. Errors are a sentence and exit status 2."""
    parser = argparse.ArgumentParser(prog="python -m model.predict", description="Sort the emails of a CSV.")
    parser.add_argument("--input", type=Path, required=True, help="a CSV with a text column")
    parser.add_argument("--output", type=Path, required=True, help="the CSV to write")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.input.resolve() == chosen.output.resolve():
            raise ValueError(f"{chosen.output} is the input too: give the output another name.")
        rules = taxonomy.read()
        standby = Standby(settings.read(os.environ), rules)
        standby.prepare()
        print(f"Sorting with {standby.name}.", file=sys.stderr)
        good, bad = predict_file(chosen.input, chosen.output, standby, rules)
    except (ValueError, OSError) as error:
        print(f"Not sorted: {error}", file=sys.stderr)
        return 2
    print(f"Read {good + bad:,} rows: sorted {good:,}, could not read {bad:,} (see the column error).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
