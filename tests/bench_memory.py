"""Memory of the app as a free host runs it: ten visitors at once, from an empty disk and with a trained model.

`python -m tests.bench_memory [--python PATH] [--visitors 10] [--rows 20000] [--idle 0] [--limit 512]`, where PATH is
the interpreter of an environment of requirements.txt alone, without the second opinion. Measured is the proportional
set size (PSS) of the server with all that it starts, some twenty times a second: each page of memory once, shared
libraries included. Where what is held without the pages of files goes over the limit, the largest process is killed.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event, Thread

import httpx

from data import corpus
from tests.bench_inbox import _written
from tests.browser import launch
from tests.server import PAGES, serve

MB = 1024
OFTEN = 0.05
PATIENCE = 900
LARGEST_BATCH = 1000


class Meter:
    """Watches a process and all that it starts; since the last phase began, in MB: the `peak` of all, and the peak of
    what is `held` for good, without the pages of files, which a kernel takes back before it kills anybody.
    """

    def __init__(self, process: subprocess.Popen, limit: float) -> None:
        self._process, self._limit = process, limit
        self.peak, self.held, self.killed, self._end = 0.0, 0.0, 0, Event()
        Thread(target=self._watch, daemon=True).start()

    def now(self) -> float:
        """What is used at present, MB."""
        return sum(pss(pid)[0] for pid in tree(self._process.pid))

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Print what a part of the day took at most."""
        self.peak, self.held, started = 0.0, 0.0, time.perf_counter()
        yield
        time.sleep(2 * OFTEN)
        verdict = "within" if self.peak <= self._limit else "over" if self.held <= self._limit else "FAR OVER"
        seconds = time.perf_counter() - started
        print(f"  {name:44} {self.peak:4.0f} MB, {self.held:.0f} held; {verdict}; {seconds:5.1f} s", flush=True)

    def stop(self) -> None:
        """Look no more."""
        self._end.set()

    def _watch(self) -> None:
        while not self._end.wait(OFTEN):
            each = {pid: pss(pid) for pid in tree(self._process.pid)}
            all_, held = map(sum, zip(*each.values(), strict=True))
            self.peak, self.held = max(self.peak, all_), max(self.held, held)
            if held > self._limit:
                self.killed += 1
                os.kill(max(each, key=each.get), signal.SIGKILL)


def tree(pid: int) -> list[int]:
    """A process and all that came of it."""
    found = [pid]
    for one in found:
        for children in Path("/proc", str(one), "task").glob("*/children"):
            found += map(int, _read(children).split())
    return found


def pss(pid: int) -> tuple[float, float]:
    """Of one process, MB: all, and without the pages of files; 0 where it has ended."""
    lines = [line.split() for line in _read(Path("/proc", str(pid), "smaps_rollup")).splitlines()]
    size = {line[0]: int(line[1]) / MB for line in lines if line[-1] == "kB"}
    return size.get("Pss:", 0.0), size.get("Pss_Anon:", 0.0) + size.get("Pss_Shmem:", 0.0)


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


class Visitors:
    """So many windows of a real browser, which all do the same thing and wait for each other."""

    def __init__(self, browser, address: str, count: int) -> None:
        self._address = address
        self.pages = [browser.new_context().new_page() for _ in range(count)]
        for page in self.pages:
            page.set_default_timeout(PATIENCE * 1000)

    def open(self, path: str, sign: str) -> None:
        """All go to a page, and wait for a sign of it."""
        self._all(lambda page: page.goto(self._address + path, wait_until="commit"))
        self._all(lambda page: page.wait_for_selector(sign))

    def sort(self, button: str = "Charged twice") -> None:
        """Each sorts an email of the home page."""
        self.open("/", "h1")
        self._all(lambda page: page.get_by_role("button", name=button).click())
        self._all(lambda page: page.wait_for_selector(".mr-answer"))

    def drop(self, file: Path) -> None:
        """One drops a file on the Inbox, and waits until it is sorted; the others look on."""
        self.open("/inbox", "[data-testid=stFileUploader]")
        page = self.pages[0]
        page.set_input_files("[data-testid=stFileUploader] input[type=file]", file)
        page.get_by_role("button", name="Sort them").click()
        page.wait_for_selector("[data-testid=stDataFrame] canvas")
        page.wait_for_selector("text=could not read")

    def leave(self) -> None:
        """Close all windows."""
        self._all(lambda page: page.context.close())

    def _all(self, act) -> None:
        for page in self.pages:
            act(page)


def a_day(browser, address, meter: Meter, count: int, file: Path) -> None:
    """What visitors do, one after the other."""
    visitors = Visitors(browser, address, count)
    with meter.phase(f"{count} visitors each sort an email"):
        visitors.sort()
    with meter.phase("open Quality"):
        visitors.open("/quality", ".mr-figures")
    with meter.phase("open Inbox"):
        visitors.open("/inbox", "[data-testid=stFileUploader]")
    with meter.phase("open Label"):
        visitors.open("/label", "h1")
    with meter.phase(f"one drops {file.stat().st_size / MB / MB:.0f} MB of CSV on Inbox"):
        visitors.drop(file)
    with meter.phase("a program sends 1,000 emails at once"):
        emails = [{"subject": one.subject, "body": one.body} for one in corpus.read()[:LARGEST_BATCH]]
        httpx.post(f"{address}/api/v1/predict/batch", json={"emails": emails}, timeout=PATIENCE).raise_for_status()
    visitors.leave()


def first_start(browser, address, meter: Meter, count: int) -> None:
    """An empty disk: the model is trained while visitors come."""
    visitors = Visitors(browser, address, count)
    with meter.phase(f"first start: it trains, {count} visitors sort"):
        visitors.sort()
        while httpx.get(f"{address}/api/v1/model", timeout=PATIENCE).json()["version"] == "rules":
            time.sleep(1)
    visitors.leave()


def idle(address: str, meter: Meter, count: int) -> None:
    """So many sessions that are open and do nothing: what each takes."""
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from websockets.sync.client import connect

    hello = BackMsg()
    hello.rerun_script.query_string = ""
    before = meter.now()
    with ExitStack() as stack, meter.phase(f"{count} sessions are open"):
        for _ in range(count):
            url = address.replace("http", "ws", 1) + "/_stcore/stream"
            session = stack.enter_context(connect(url, subprotocols=["streamlit"], origin=address, max_size=None))
            session.send(hello.SerializeToString())
            _until_drawn(session)
        after = meter.now()
    print(f"  each takes {(after - before) / count:.2f} MB")


def _until_drawn(session) -> None:
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    while ForwardMsg.FromString(session.recv(timeout=PATIENCE)).WhichOneof("type") != "script_finished":
        pass


@contextmanager
def served(python: str, folder: Path, limit: float) -> Iterator[tuple[str, Meter]]:
    """The app over a folder of state, and its meter."""
    where = {"DATABASE_URL": f"sqlite:///{folder}/app.db", "MAILROOM_MODEL_DIR": f"{folder}/model"}
    started = time.perf_counter()
    with serve([python, *PAGES[1:]], **where) as address:
        print(f"  answers after {time.perf_counter() - started:.1f} s", flush=True)
        meter = Meter(address.process, limit)
        yield address, meter
        meter.stop()
        print(f"  killed for want of memory: {meter.killed}")


def main(arguments: argparse.Namespace) -> None:
    """Print the peak of each phase of a first start and of a later one."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as name, sync_playwright() as started:
        folder, browser = Path(name), launch(started)
        file = _written(folder / "many.csv", arguments.rows)
        print("On an empty disk, as on Community Cloud:")
        with served(arguments.python, folder, arguments.limit) as (address, meter):
            first_start(browser, address, meter, arguments.visitors)
            a_day(browser, address, meter, arguments.visitors, file)
        print("With the trained model:")
        with served(arguments.python, folder, arguments.limit) as (address, meter):
            a_day(browser, address, meter, arguments.visitors, file)
        if arguments.idle:
            print("Visitors who only look:")
            with served(arguments.python, folder, float("inf")) as (address, meter):
                httpx.post(f"{address}/api/v1/predict", json={"body": "Where is my parcel?"}, timeout=PATIENCE)
                idle(address, meter, arguments.idle)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.bench_memory")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--visitors", type=int, default=10)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--idle", type=int, default=0, help="sessions that are only open, afterwards")
    parser.add_argument("--limit", type=float, default=512, help="MB")
    sys.exit(main(parser.parse_args()))
