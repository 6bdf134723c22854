"""A CSV of 20,000 emails sorted as the Inbox does it, beside a plain scikit-learn pipeline on the same file.

`python -m tests.bench.inbox [ROWS]`. Each way has a process of its own, so that its CPU time and its peak of memory are
its own; what counts are the ratios.
"""

import csv
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time

from data.provenance import COMMAND_LINE
from model.triage import triage

ROWS = 20_000
PIPELINE = "pipeline.joblib"


def main(rows: int) -> None:
    """Print docs per CPU second and peak memory of each way, for a file and for one four times as large."""
    with tempfile.TemporaryDirectory() as folder:
        _fitted(Path(folder))
        path = _written(Path(folder, "many.csv"), rows)
        larger = _written(Path(folder, "more.csv"), 4 * rows)
        print(f"{rows:,} emails from one CSV of {path.stat().st_size / 2**20:.0f} MB, and four times as many")
        base = None
        for name in WAYS:
            one, four = (_measured(name, each, folder) for each in (path, larger))
            base = base or one
            print(
                f"  {name}: {one['docs'] / one['cpu']:,.0f} docs per CPU second"
                f" ({one['docs'] / one['cpu'] / (base['docs'] / base['cpu']):.2f} x), {one['seconds']:.1f} s,"
                f" peak {one['mb']:.0f} MB, of four times as many {four['mb'] / one['mb']:.2f} x"
            )


def _written(path: Path, rows: int) -> Path:
    from data import corpus

    examples = corpus.read_corpus()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "from", "date", "subject", "body"])
        for i in range(rows):
            one = examples[i % len(examples)]
            sent = f"2026-11-{1 + i % 23:02d} {i % 24:02d}:{i % 60:02d}"
            writer.writerow([i, f"c{i}@example.com", sent, one.subject, f"{one.body}\n{i}"])
    return path


def _measured(way: str, path: Path, folder: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.inbox", way, str(path), folder]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def _pipeline(path: Path, folder: str) -> int:
    """What a notebook does: all rows into memory, `Pipeline.predict_proba`, no priority, no reasons, nothing kept."""
    import joblib
    import pandas as pd

    pipeline = joblib.load(Path(folder, PIPELINE))
    frame = pd.read_csv(path, keep_default_na=False)
    return len(pipeline.predict_proba((frame.subject + "\n" + frame.body).str.lower().tolist()))


def _fitted(folder: Path) -> None:
    """A pipeline of the shipped model's n-grams and a logistic regression, over texts in lower case."""
    import joblib
    from sklearn.linear_model import SGDClassifier
    from sklearn.pipeline import make_pipeline

    from data import corpus
    from model.text.n_grams import tfidf_union

    examples = corpus.read_corpus()
    pipeline = make_pipeline(tfidf_union(), SGDClassifier(loss="log_loss", random_state=0))
    pipeline.fit([one.text.lower() for one in examples], [one.category for one in examples])
    joblib.dump(pipeline, folder / PIPELINE)


def _inbox(path: Path, folder: str) -> int:
    """Read, decided on with priority and reason, and kept in SQLite, as the Inbox page does it."""
    from data import taxonomy
    from data.clock import now
    from data.intake.files import IntakeOptions
    from data.mail import Batch
    from data.settings import Settings
    from data.store import Store
    from model.inbox.upload import triage_files
    from model.serving.fallback import FallbackClassifier

    rules, store = taxonomy.read_taxonomy(), Store(f"sqlite:///{folder}/{path.stem}.db")
    standby = FallbackClassifier(Settings(), rules)
    standby.prepare()
    store.inbox.add_batch(Batch(id="b", name=path.name, at=now(), beat_at=now(), size=path.stat().st_size))
    triage_files([(path, path.name)], "b", IntakeOptions(), standby, lambda: store)
    return store.inbox.batch("b").read


def _scored(path: Path, folder: str) -> int:
    """The same without a store: read and decided on."""
    from data import taxonomy
    from data.intake.files import read_mail_files
    from data.settings import Settings
    from model.inbox.upload import growing_parts
    from model.serving.fallback import FallbackClassifier

    rules = taxonomy.read_taxonomy()
    standby = FallbackClassifier(Settings(), rules)
    standby.prepare()
    parts = growing_parts(read_mail_files(path, path.name))
    return sum(len(triage(part, standby, None, COMMAND_LINE)) for part in parts)


WAYS = {
    "plain Pipeline.predict_proba": _pipeline,
    "read and decided on": _scored,
    "and kept, as the Inbox does": _inbox,
}


def _one(way: str, path: str, folder: str) -> None:
    started, used = perf_counter(), process_time()
    docs = WAYS[way](Path(path), folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"docs": docs, "cpu": process_time() - used, "seconds": perf_counter() - started, "mb": peak}))


if __name__ == "__main__":
    if len(sys.argv) == 4:
        _one(*sys.argv[1:])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
