"""Benchmarks, side by side in one run: `make bench`. What counts are the ratios; times depend on the machine."""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.settings import ROOT
from model.benchmark.timing import seconds_each
from tests.support.server import free_port

ROUNDS = 7
SINGLES = 2_000
EMPTY = 'import streamlit as st\n\nst.title("Empty")\n'


def main() -> None:
    """Print all benchmarks."""
    start_to_first_content()
    predictions()
    loading()


def start_to_first_content() -> None:
    """Process start to the first heading in a browser: Mailroom and an empty Streamlit page, by turns."""
    from playwright.sync_api import sync_playwright

    from tests.support.browser import launch

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        empty = Path(folder, "empty.py")
        empty.write_text(EMPTY)
        browser = launch(playwright)
        times: dict[str, list[float]] = {"empty": [], "mailroom": []}
        for _ in range(ROUNDS):
            times["empty"].append(_first_content(browser, empty, folder))
            times["mailroom"].append(_first_content(browser, ROOT / "streamlit_app.py", folder))
        browser.close()
    empty_s, ours_s = (statistics.median(times[name]) for name in ("empty", "mailroom"))
    print("Process start to first content in the browser, median of", ROUNDS)
    print(f"  empty Streamlit page {empty_s:.2f} s · Mailroom {ours_s:.2f} s · ratio {ours_s / empty_s:.2f}")


def _first_content(browser, script: Path, folder: str) -> float:
    started = time.perf_counter()
    with _server(script, folder) as address:
        page = browser.new_page()
        page.goto(address)
        page.wait_for_selector("h1")
        seconds = time.perf_counter() - started
        page.close()
    return seconds


@contextmanager
def _server(script: Path, folder: str) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    options = ["--server.headless=true", "--browser.gatherUsageStats=false", "--server.address=127.0.0.1"]
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{folder}/bench.db"}
    process = subprocess.Popen(
        command + options, cwd=script.parent, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.01)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def predictions() -> None:
    """Outputs of the compiled table and of scikit-learn's pipelines with the same weights, on our own corpus."""
    import joblib

    from data import corpus, taxonomy
    from data.settings import Settings
    from model.serving import artifact

    folder = Settings().model_dir
    classifier, manifest = artifact.load_model(folder, taxonomy.read_taxonomy())
    pipelines = joblib.load(artifact.reference_path(folder, manifest))
    texts = [classifier.calm(example.text) for example in corpus.read_corpus()]

    def scikit_learn(some: list[str]) -> None:
        x = pipelines["category"]["tfidf"].transform(some)
        for pipeline in pipelines.values():
            pipeline["classifier"].decision_function(x)

    ways = {"scikit-learn": scikit_learn, "compiled": classifier.table.outputs}
    single = {
        name: statistics.median(seconds_each(way, [[text] for text in texts[:SINGLES]])) for name, way in ways.items()
    }
    batch = {name: min(seconds_each(way, [texts] * 3)) for name, way in ways.items()}
    for kind, times, count in (("One email", single, 1), (f"A batch of {len(texts):,}", batch, len(texts))):
        each = " · ".join(f"{name} {seconds / count * 1000:.3f} ms an email" for name, seconds in times.items())
        print(f"{kind}: {each} · {times['scikit-learn'] / times['compiled']:.1f} x")
    whole = seconds_each(
        lambda emails: classifier.read(emails), [[example.text] for example in corpus.read_corpus()[:SINGLES]]
    )
    print(f"  all of one decision: p50 {statistics.median(whole) * 1000:.2f} ms,", end=" ")
    print(f"p99 {statistics.quantiles(whole, n=100)[98] * 1000:.2f} ms")


def loading() -> None:
    """A fresh process until it has decided on its first email, and until it has loaded the same by scikit-learn."""
    from data.settings import Settings
    from model.serving import artifact
    from model.serving.manifest import read_manifest

    folder = Settings().model_dir
    ways = {
        "python alone": "",
        "compiled": "c, _ = artifact.load_model(Settings().model_dir, rules); c.read(['where is my parcel'])",
        "scikit-learn": "import joblib; joblib.load(reference)['category'].predict(['where is my parcel'])",
    }
    head = "import numpy; from data import taxonomy; from data.settings import Settings;"
    head += "from model.serving import artifact; rules = taxonomy.read_taxonomy();"
    head += f"reference = {str(artifact.reference_path(folder, read_manifest(folder)))!r};"

    def run(code: str) -> None:
        subprocess.run([sys.executable, "-c", head + code], cwd=ROOT, check=True)

    times = {name: statistics.median(seconds_each(run, [code] * 3)) for name, code in ways.items()}
    alone = times.pop("python alone")
    each = " · ".join(f"{name} {seconds - alone:.2f} s" for name, seconds in times.items())
    print(f"Loading until the first answer, beyond {alone:.2f} s of Python and numpy: {each}")


if __name__ == "__main__":
    main()
