"""Memory of the app as a free host runs it: ten visitors at once, from an empty disk and with a trained model.

`python -m tests.bench.memory [--python PATH] [--visitors 10] [--rows 20000] [--idle 0] [--limit 512]`, where PATH is
the interpreter of an environment of requirements.txt alone, without the second opinion. The server with all that it
starts runs in a memory cgroup of that limit (of version 1, as root; elsewhere there is no limit, which is said), so the
kernel itself takes back the pages of files and kills whoever wants more. Measured is the proportional set size (PSS)
some twenty times a second: each page of memory once, shared libraries included.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx

from data import corpus
from tests.bench.inbox import _written
from tests.support.browser import launch
from tests.support.mails import label_some
from tests.support.memory_cage import Cage, caged, read
from tests.support.server import PAGES, serve
from tests.support.sign_in import PASSWORD, signed_in

MB = 1024
DROP_CACHES = Path("/proc/sys/vm/drop_caches")
"""Without this a library would not count for the one who is measured where somebody else has read it before."""

OFTEN = 0.05
PATIENCE = 900
LARGEST_BATCH = 1000


class Meter:
    """Watches a process and all that it starts; since the last phase began, in MB: the `peak` of all, and the peak of
    what is `held` for good, without the pages of files, which a kernel takes back before it kills anybody.
    """

    def __init__(self, process: subprocess.Popen) -> None:
        self._process = process
        self.peak, self.held, self._end = 0.0, 0.0, Event()
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
        seconds = time.perf_counter() - started
        print(f"  {name:44} {self.peak:4.0f} MB, {self.held:.0f} held; {seconds:5.1f} s", flush=True)

    def stop(self) -> None:
        """Look no more."""
        self._end.set()

    def _watch(self) -> None:
        while not self._end.wait(OFTEN):
            all_, held = map(sum, zip(*map(pss, tree(self._process.pid)), strict=True))
            self.peak, self.held = max(self.peak, all_), max(self.held, held)


def tree(pid: int) -> list[int]:
    """A process and all that came of it."""
    found = [pid]
    for one in found:
        for children in Path("/proc", str(one), "task").glob("*/children"):
            found += map(int, read(children).split())
    return found


def pss(pid: int) -> tuple[float, float]:
    """Of one process, MB: all, and without the pages of files; 0 where it has ended."""
    lines = [line.split() for line in read(Path("/proc", str(pid), "smaps_rollup")).splitlines()]
    size = {line[0]: int(line[1]) / MB for line in lines if line[-1] == "kB"}
    return size.get("Pss:", 0.0), size.get("Pss_Anon:", 0.0) + size.get("Pss_Shmem:", 0.0)


class Visitors:
    """So many windows of a real browser, which all do the same thing and wait for each other."""

    def __init__(self, new_context: Callable[[], Any], address: str, count: int) -> None:
        self._address = address
        self.pages = [new_context().new_page() for _ in range(count)]
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
    visitors = Visitors(browser.new_context, address, count)
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
        emails = [{"subject": one.subject, "body": one.body} for one in corpus.read_corpus()[:LARGEST_BATCH]]
        httpx.post(f"{address}/api/v1/predict/batch", json={"emails": emails}, timeout=PATIENCE).raise_for_status()
    visitors.leave()


def first_start(browser, address, meter: Meter, count: int) -> None:
    """An empty disk: the model is trained while visitors come."""
    visitors = Visitors(browser.new_context, address, count)
    with meter.phase(f"first start: it trains, {count} visitors sort"):
        visitors.sort()
        while httpx.get(f"{address}/api/v1/model", timeout=PATIENCE).json()["version"] == "rules":
            time.sleep(1)
    visitors.leave()


def a_candidate(browser, address, meter: Meter, count: int) -> None:
    """A lead has a candidate trained while visitors sort."""
    visitors = Visitors(partial(signed_in, browser, address), address, count)
    with meter.phase(f"a candidate is trained, {count} visitors sort"):
        lead = visitors.pages[0]
        lead.goto(f"{address}/learn")
        lead.get_by_role("button", name="Train a candidate").click()
        lead.wait_for_selector("text=You may close this page")
        visitors.sort()
        lead.goto(f"{address}/learn")
        end = lead.locator(".mr-says").or_(lead.get_by_text("The last training"))
        end.wait_for()
    print(f"  {end.inner_text()}")
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
def served(python: str, folder: Path, cage: Cage | None, **more: str) -> Iterator[tuple[str, Meter]]:
    """The app over a folder of state, and its meter."""
    where = {"DATABASE_URL": f"sqlite:///{folder}/app.db", "MAILROOM_MODEL_DIR": f"{folder}/model", **more}
    before, started = cage and cage.counts(), time.perf_counter()
    with serve([python, *PAGES[1:]], cage and cage.enter, **where) as address:
        print(f"  answers after {time.perf_counter() - started:.1f} s", flush=True)
        meter = Meter(address.process)
        yield address, meter
        meter.stop()
    if cage:
        killed, reclaimed = (now - then for now, then in zip(cage.counts(), before, strict=True))
        print(f"  killed for want of memory: {killed}; pages taken back {reclaimed} times")


def main(arguments: argparse.Namespace) -> None:
    """Print the peak of each phase of a first start, of a later one, and of a candidate's training."""
    from playwright.sync_api import sync_playwright

    count, start = arguments.visitors, partial(served, arguments.python)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as started, caged(arguments.limit) as cage:
        folder, browser = Path(name), launch(started)
        file = _written(folder / "many.csv", arguments.rows)
        if cage:
            DROP_CACHES.write_text("1")
        print(f"The kernel gives {f'no more than {arguments.limit:.0f} MB' if cage else 'all that it has'}.")
        print("On an empty disk, as on Community Cloud:")
        with start(folder, cage) as (address, meter):
            first_start(browser, address, meter, count)
            a_day(browser, address, meter, count, file)
        print("With the trained model:")
        with start(folder, cage) as (address, meter):
            a_day(browser, address, meter, count, file)
        print("With a password:")
        label_some(folder / "app.db")
        with start(folder, cage, MAILROOM_PASSWORD=PASSWORD) as (address, meter):
            a_candidate(browser, address, meter, count)
        if arguments.idle:
            print("Visitors who only look:")
            with start(folder, None) as (address, meter):
                httpx.post(f"{address}/api/v1/predict", json={"body": "Where is my parcel?"}, timeout=PATIENCE)
                idle(address, meter, arguments.idle)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.bench.memory")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--visitors", type=int, default=10)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--idle", type=int, default=0, help="sessions that are only open, afterwards")
    parser.add_argument("--limit", type=float, default=512, help="MB")
    sys.exit(main(parser.parse_args()))
