"""Many API clients at once, against the same model in a bare FastAPI app; and a visitor of the pages meanwhile.

python -m tests.bench.load [seconds] [clients]
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright

from tests.support.browser import launch
from tests.support.server import PAGES, serve

BARE = [sys.executable, "-m", "uvicorn", "tests.bench.bare_api:app", "--log-level", "warning", "--port"]
VISITS = 12
EMAILS = [
    {
        "subject": f"Order {i}",
        "body": f"My card was charged twice for order {i}, and the parcel has not come. Please help.",
    }
    for i in range(500)
]


def load(address, seconds, clients):
    """That many clients, one request after the other each. Returns the milliseconds and statuses of all answers."""
    return asyncio.run(_load(address, seconds, clients))


async def _load(address, seconds, clients):
    end = time.perf_counter() + seconds
    answers = await asyncio.gather(*(_client(urlsplit(address), end, i) for i in range(clients)))
    return [one for some in answers for one in some]


async def _client(address, end, number):
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    answers = []
    while (started := time.perf_counter()) < end:
        number = (number + 1) % len(EMAILS)
        body = json.dumps(EMAILS[number]).encode()
        writer.write(
            b"POST /api/v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
        )
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.split(b":")[1]))
        answers.append(((time.perf_counter() - started) * 1000, int(head.split(b" ", 2)[1])))
    writer.close()
    return answers


def report(name, answers, seconds):
    took = statistics.quantiles([ms for ms, _ in answers], n=100)
    failed = sum(status >= 500 for _, status in answers)
    other = sum(status != 200 for _, status in answers) - failed
    print(
        f"{name:22} {len(answers) / seconds:7.0f} a second   p50 {took[49]:6.1f} ms   p95 {took[94]:6.1f} ms   "
        f"p99 {took[98]:6.1f} ms   5xx {failed}   other {other}"
    )
    return took


class Visitor:
    """Somebody in a browser who has one email after the other sorted."""

    def __init__(self, browser, address):
        self.page = browser.new_page()
        self.page.goto(address)
        self.page.wait_for_selector("text=Try one of these")

    def waits(self):
        """The milliseconds from a click to the answer, in the middle of many."""
        return statistics.median(self._wait(i) for i in range(VISITS))

    def _wait(self, number):
        name, answer = (("A rant", "Complaint"), ("Locked out", "Account access"))[number % 2]
        started = time.perf_counter()
        self.page.get_by_role("button", name=name).click()
        self.page.wait_for_function(
            "team => document.querySelector('.mr-answer')?.innerText.includes(team)", arg=answer, polling=20
        )
        return (time.perf_counter() - started) * 1000


def main(seconds=60, clients=50):
    with (
        ProcessPoolExecutor(1, get_context("spawn")) as apart,
        sync_playwright() as started,
        tempfile.TemporaryDirectory() as folder,
    ):
        with serve(BARE) as bare:
            apart.submit(load, str(bare), 3, clients).result()
            base = report("bare FastAPI", apart.submit(load, str(bare), seconds, clients).result(), seconds)
        environment = {"DATABASE_URL": f"sqlite:///{folder}/load.db", "MAILROOM_REQUESTS_A_MINUTE": "1000000"}
        with serve(PAGES, **environment) as address:
            visitor = Visitor(launch(started), address)
            visitor.waits()
            apart.submit(load, str(address), 3, clients).result()
            idle = visitor.waits()
            loading = apart.submit(load, str(address), seconds, clients)
            time.sleep(2)
            busy = visitor.waits()
            took = report("Mailroom, all of it", loading.result(), seconds)
    print(f"slower than bare: p50 {took[49] / base[49]:.2f} x, p99 {took[98] / base[98]:.2f} x")
    print(f"a visitor waits {idle:.0f} ms idle, {busy:.0f} ms under load: {busy / idle:.2f} x (goal: under 2)")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
