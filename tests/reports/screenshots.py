"""The pictures of the README, by `make screenshots`: a decision, Inbox, Label and Quality page, wide and narrow."""

import csv
import os
import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from data.sample_mail import sample_mail
from pages.ui.triage.tour import LATER_VISIT, VISITS_COOKIE
from tests.support.browser import launch
from tests.support.server import PAGES, serve

WIDE, NARROW = {"width": 1280, "height": 1010}, {"width": 390, "height": 1300}
DECISIONS = {
    "triage.png": ("Everything is down", WIDE, "light"),
    "triage-dark-narrow.png": ("Nothing we know", NARROW, "dark"),
}
QUALITY = {"quality.png": (WIDE, "light"), "quality-dark-narrow.png": (NARROW, "dark")}

LABEL = {"label.png": ({"width": 1280, "height": 800}, "light"), "label-dark-narrow.png": (NARROW, "dark")}
INBOX = {"inbox.png": ({"width": 1280, "height": 1180}, "light"), "inbox-dark-narrow.png": (NARROW, "dark")}


def main(folder: Path) -> None:
    """Write all pictures into a folder."""
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        database = f"sqlite:///{scratch}/shots.db"
        with serve(PAGES, **{**os.environ, "DATABASE_URL": database}) as address:
            while httpx.get(f"{address}/api/v1/ready").status_code != 200:
                time.sleep(0.5)
            browser = launch(playwright)
            for name, (example, size, scheme) in DECISIONS.items():
                page = _window(browser, address, size, scheme)
                page.goto(address)
                page.get_by_role("button", name=example).click()
                page.wait_for_selector(".mr-matrix", timeout=60_000)
                _drawn(page, ".barlayer path", 20, folder / name)
            for name, (size, scheme) in QUALITY.items():
                page = _window(browser, address, size, scheme)
                page.goto(f"{address}/quality")
                _drawn(page, ".scatterlayer path", 20, folder / name)
            for name, (size, scheme) in LABEL.items():
                page = _window(browser, address, size, scheme)
                page.goto(f"{address}/label?by=ana")
                page.wait_for_selector(".choice:not([disabled])", timeout=60_000)
                page.wait_for_timeout(1_500)
                page.screenshot(path=folder / name)
            for name, (size, scheme) in INBOX.items():
                page = _window(browser, address, size, scheme)
                page.goto(f"{address}/inbox")
                page.wait_for_selector("[data-testid=stFileUploader]")
                page.set_input_files("[data-testid=stFileUploader] input[type=file]", _monday(Path(scratch)))
                page.get_by_role("button", name="Sort them").click()
                page.wait_for_selector("[data-testid=stDataFrame] canvas", timeout=60_000)
                page.wait_for_timeout(1_500)
                if size["width"] > NARROW["width"]:
                    box = page.locator("[data-testid=stDataFrame]").first.bounding_box()
                    page.mouse.click(box["x"] + 18, box["y"] + 35 + 17)
                    page.wait_for_selector(".mr-answer")
                page.wait_for_timeout(2_000)
                page.screenshot(path=folder / name)
            browser.close()


def _window(browser: Browser, address: str, size: dict[str, int], scheme: str) -> Page:
    """A page of somebody who has been here before, and needs no tour."""
    context = browser.new_context(viewport=size, color_scheme=scheme, bypass_csp=True)
    context.add_cookies([{"name": VISITS_COOKIE, "value": LATER_VISIT, "url": address}])
    return context.new_page()


def _monday(folder: Path) -> Path:
    """The mail of a morning as a help desk exports it: emails of our own, come in over the last hours."""
    path, chance, at = folder / "monday.csv", random.Random(1), datetime.now(UTC)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Ticket", "Requester", "Created", "Subject", "Description"])
        for number, one in enumerate(sample_mail()):
            sent = at - timedelta(minutes=60 * chance.triangular(0, 22, 2))
            writer.writerow(
                [number, f"customer{number}@example.com", sent.isoformat(), one.email.subject, one.email.body]
            )
    return path


def _drawn(page: Page, marks: str, least: int, path: Path) -> None:
    """Take the picture once the charts have at least so many marks."""
    page.wait_for_function(
        f"() => document.querySelectorAll('.js-plotly-plot {marks}').length > {least}", timeout=60_000
    )
    page.wait_for_timeout(1_500)
    page.screenshot(path=path)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
