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

from tests.server import free_port

ROOT = Path(__file__).parents[1]
ROUNDS = 7
EMPTY = 'import streamlit as st\n\nst.title("Empty")\n'


def main() -> None:
    """Print all benchmarks."""
    start_to_first_content()
    predictions()
    mail_from_elsewhere()


def start_to_first_content() -> None:
    """Process start to the first heading in a browser: Mailroom and an empty Streamlit page, by turns."""
    from playwright.sync_api import sync_playwright

    from tests.browser import launch

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
        took = time.perf_counter() - started
        page.close()
    return took


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
    """One decision at a time, and many at once, on our own corpus."""
    from data import corpus, settings, taxonomy
    from data.schema import Email
    from model.fallback import Standby

    standby = Standby(settings.read(os.environ), taxonomy.read())
    standby.prepare()
    emails = [Email(subject=example.subject, body=example.body) for example in corpus.read()]
    singles = []
    for email in emails:
        started = time.perf_counter()
        standby.predict([email])
        singles.append((time.perf_counter() - started) * 1000)
    started = time.perf_counter()
    standby.predict(emails)
    rate = len(emails) / (time.perf_counter() - started)
    p50, p99 = statistics.median(singles), statistics.quantiles(singles, n=100)[98]
    print(f"Single prediction by {standby.name}: p50 {p50:.1f} ms, p99 {p99:.1f} ms")
    print(f"  in a batch of {len(emails):,}: {rate:,.0f} emails a second, {rate * p50 / 1000:.1f} x the single rate")


def mail_from_elsewhere() -> None:
    """How good the model is on public messages that nobody here wrote, where they lie beside the project."""
    import numpy as np
    import pandas as pd

    from data import settings, taxonomy
    from data.schema import Email
    from model.calibration import expected_error
    from model.fallback import Standby

    path = ROOT.parent / "shared" / "data" / "dev_mail" / "dev.csv"
    if not path.is_file():
        print(f"Mail from elsewhere: skipped, no {path.name} beside the project")
        return
    mail = pd.read_csv(path, keep_default_na=False).query("category != 'none'")
    standby = Standby(settings.read(os.environ), taxonomy.read())
    made = standby.predict([Email(subject=s, body=b) for s, b in zip(mail.subject, mail.body, strict=True)])
    also = mail.also_ok.str.split("|")
    right = np.array([m.category == c or m.category in a for m, c, a in zip(made, mail.category, also, strict=True)])
    decided = np.array([m.decided for m in made])
    error = expected_error(np.array([m.confidence for m in made]), right)
    print(f"Mail from elsewhere, {len(made):,} public messages: right on {right.mean():.3f};", end=" ")
    print(f"decides {decided.mean():.3f} and is right on {right[decided].mean():.3f} of those;", end=" ")
    print(f"calibration error {error:.3f}")


if __name__ == "__main__":
    main()
