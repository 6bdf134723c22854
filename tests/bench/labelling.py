"""How long a labeller waits, and how many labels a store takes: `python -m tests.bench.labelling`."""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.side_by_side import ROOT, _server
from tests.support.browser import READ_MS
from tests.support.postgres import Postgres, programs

PRESSES = 25
SECONDS = 5
EMPTY = """import streamlit as st

st.session_state.n = st.session_state.get("n", 0) + 1
st.button("again")
st.html(f'<p class="count">{st.session_state.n}</p>')
"""

WATCH = """selector => {
  const root = document.querySelector("[data-testid=stBidiComponentIsolated]")?.shadowRoot ?? document;
  const before = root.querySelector(selector).innerText;
  let pressed;
  for (const kind of ["keydown", "pointerdown"])
    document.addEventListener(kind, () => (pressed ??= performance.now()), { capture: true, once: true });
  window.took = new Promise((done) => {
    const look = () => (root.querySelector(selector)?.innerText ?? before) === before
      ? requestAnimationFrame(look) : done(performance.now() - pressed);
    look();
  });
}"""

WRITER = """
import sys, time, uuid
from datetime import UTC, datetime
from data.schema import Label
from data.store import Store

store, until, count = Store(sys.argv[1]), time.time() + float(sys.argv[2]), 0
while time.time() < until:
    store.labels.add([Label(id=uuid.uuid4().hex, email_id="pool-001", by="w", at=datetime.now(UTC), category="x")])
    count += 1
print(count)
"""


def main() -> None:
    """Print both."""
    key_to_next_email()
    labels_a_second()


def key_to_next_email() -> None:
    """From a key press to the next email, and from a click to the end of an empty page's rerun, by turns."""
    from playwright.sync_api import sync_playwright

    from tests.support.browser import launch

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        empty = Path(folder, "empty.py")
        empty.write_text(EMPTY)
        browser = launch(playwright)
        with _server(empty, folder) as there, _server(ROOT / "streamlit_app.py", folder) as here:
            rerun, label = browser.new_page(), browser.new_page()
            rerun.goto(there)
            rerun.wait_for_selector(".count")
            label.goto(f"{here}/label")
            label.wait_for_selector(".choice:not([disabled])", timeout=120_000)
            label.wait_for_timeout(3_000)
            times = [
                (
                    _took(rerun, ".count", lambda: rerun.get_by_role("button", name="again").click()),
                    _took(label, ".mail", lambda: label.keyboard.press("b")),
                )
                for _ in range(PRESSES)
            ]
        browser.close()
    empty_ms, key_ms = (statistics.median(column) for column in zip(*times, strict=True))
    worst = max(time for _, time in times)
    print(f"Key press to next email, median of {PRESSES}: {key_ms:.0f} ms (at most {worst:.0f}), ", end="")
    print(f"an empty rerun {empty_ms:.0f} ms · ratio {key_ms / empty_ms:.2f}")


def _took(page, selector: str, act) -> float:
    page.bring_to_front()
    page.evaluate(WATCH, selector)
    act()
    took = page.evaluate("() => window.took")
    page.wait_for_timeout(READ_MS)
    return took


def labels_a_second() -> None:
    """Labels that two processes add at once, each in a transaction of its own that is on disk when it returns."""
    with tempfile.TemporaryDirectory() as folder:
        _durable("SQLite", f"sqlite:///{folder}/labels.db")
        if found := programs():
            Path(folder).chmod(0o755)
            server = Postgres(found, Path(folder, "server"))
            server.start()
            _durable("PostgreSQL", server.url())
            server.stop()


def _durable(name: str, url: str) -> None:
    from data.sample_mail import sample_mail
    from data.store import Store

    store = Store(url)
    store.receive(sample_mail()[:1])
    [first] = [one.id for one in sample_mail()[:1]]
    code = WRITER.replace("pool-001", first)
    command = [sys.executable, "-c", code, url, str(SECONDS)]
    started = time.perf_counter()
    both = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = sum(int(process.communicate()[0]) for process in both)
    kept = len(store.labels.history(first))
    seconds = time.perf_counter() - started
    rate = f"{said / SECONDS:,.0f} durable labels a second by two writers"
    print(f"{name}: {rate}, {kept:,} of {said:,} there ({seconds:.0f} s)")


if __name__ == "__main__":
    main()
