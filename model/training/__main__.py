"""The command line: `python -m model.training [--data CSV] --out FOLDER`."""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from data import taxonomy
from model.classify.encoder import EncoderUnavailable, encoder_sha256
from model.serving import artifact, memory
from model.serving.manifest import ModelUnfit
from model.training.mlflow_tracking import record_run
from model.training.train import tracking_run, train_model


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line. Errors are a sentence and exit status 2."""
    parser = argparse.ArgumentParser(prog="python -m model.training", description="Train the model that sorts mail.")
    parser.add_argument("--data", type=Path, help="a CSV with a text and a category column; without it, our corpus")
    parser.add_argument("--out", type=Path, required=True, help="folder for the model and its manifest")
    parser.add_argument("--jobs", type=int, default=-1, help="processes; -1 (the default) is one a core")
    parser.add_argument("--second-opinion", action="store_true", help="fit one too (make train WITH=embeddings)")
    parser.add_argument("--reference", action="store_true", help="write it in scikit-learn's own form too")
    parser.add_argument("--if-missing", action="store_true", help="do nothing where a model that fits lies already")
    chosen = parser.parse_args(arguments)
    if chosen.jobs == 0:
        parser.error("--jobs 0 would do nothing: give 1 or more, or -1 for one a core.")
    memory.prefer_oom_kill()
    try:
        if chosen.if_missing and _fits(chosen.out, chosen.second_opinion, chosen.reference):
            return 0
        made = train_model(
            chosen.data,
            chosen.out,
            now=datetime.now(UTC),
            jobs=chosen.jobs,
            second=chosen.second_opinion,
            reference=chosen.reference,
        )
        record_run(tracking_run(made), os.environ)
    except (ValueError, OSError, EncoderUnavailable) as error:
        print(f"Not trained: {error}", file=sys.stderr)
        return 2
    return 0


def _fits(folder: Path, second: bool, reference: bool) -> bool:
    """Whether the folder holds a model that can be loaded, with all that is asked for."""
    try:
        manifest = artifact.verify_model(folder, taxonomy.read_taxonomy())
    except ModelUnfit as why:
        print(why)
        return False
    if second and manifest.encoder_sha256 != encoder_sha256():
        return False
    return not reference or artifact.reference_path(folder, manifest).is_file()


if __name__ == "__main__":
    sys.exit(main())
