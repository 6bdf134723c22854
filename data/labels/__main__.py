"""The command line: `python -m data.labels export FILE` and `import FILE`, the format by the file's ending."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from data import settings, taxonomy
from data.labels.exchange import export_labels, import_labels
from data.schema import StoreUnavailable
from data.store import Store


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line and returns its exit status: 0, 1 with bad rows, or 2 after an error, which it prints."""
    parser = argparse.ArgumentParser(prog="python -m data.labels", description="Take labels out, or bring them in.")
    parser.add_argument("what", choices=("export", "import"))
    parser.add_argument("file", type=Path, help="its ending tells the format: .csv, .jsonl, or Label Studio's .json")
    parser.add_argument("--mask", action="store_true", help="hide addresses and numbers in what is taken out")
    chosen = parser.parse_args(arguments)
    try:
        store = Store(settings.read_settings(settings.environment_and_secrets()).database_url)
        if chosen.what == "export":
            chosen.file.write_bytes(export_labels(chosen.file.name, store, chosen.mask))
            return 0
        taken = import_labels(chosen.file, store, taxonomy.read_taxonomy())
    except (ValueError, OSError, StoreUnavailable) as error:
        print(f"Not done: {error}", file=sys.stderr)
        return 2
    for sentence in taken.bad:
        print(sentence, file=sys.stderr)
    print(f"{taken.new:,} new labels, {taken.known:,} known already, {len(taken.bad):,} bad rows.")
    return 1 if taken.bad else 0


if __name__ == "__main__":
    sys.exit(main())
