"""Sort a file: `python -m model.predict --input CSV --output CSV`."""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from data import corpus, settings, taxonomy
from data.schema import Email, Prediction, mistakes
from data.taxonomy import Taxonomy
from model.fallback import Standby

CHUNK = 1_000
COLUMNS = ["id", "category", "team", "priority", "confidence", "action", "reason", "error"]


def predict_file(source: Path, target: Path, classifier: Any, rules: Taxonomy) -> tuple[int, int]:
    """Sort each row of a CSV into another one, in chunks. Returns the number of rows sorted and of bad ones.

    Every row of the input is a row of the output; one that could not be read has a sentence in `error`.
    Raises ValueError when no column holds a text.
    """
    import pandas as pd

    good = bad = 0
    options = {"dtype": str, "keep_default_na": False, "encoding_errors": "replace", "chunksize": CHUNK}
    with pd.read_csv(source, **options) as chunks:
        for number, chunk in enumerate(chunks):
            rows = list(_sorted(chunk, classifier, rules))
            errors = sum(bool(row["error"]) for row in rows)
            good, bad = good + len(rows) - errors, bad + errors
            table = pd.DataFrame(rows, columns=COLUMNS)
            table.to_csv(target, index=False, header=number == 0, mode="w" if number == 0 else "a")
    return good, bad


def _sorted(chunk: Any, classifier: Any, rules: Taxonomy) -> Iterator[dict[str, Any]]:
    columns = corpus.find_columns(chunk.columns, needed=("body",))
    rows = chunk.rename(columns={name: what for what, name in columns.items()}).to_dict("records")
    read = [_email(row) for row in rows]
    predictions = iter(classifier.predict([email for email in read if isinstance(email, Email)]))
    for position, row, email in zip(chunk.index, rows, read, strict=True):
        result = _row(next(predictions), rules) if isinstance(email, Email) else {"error": email}
        yield {"id": spreadsheet_safe(row.get("id") or str(position + 1)), "error": "", **result}


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
