"""The pictures of the README, by `make screenshots`: the home page with a decision, wide and light, narrow and dark."""

import os
import sys
import tempfile
import time
from pathlib import Path

import httpx
from playwright.sync_api import sync_playwright

from tests.browser import launch
from tests.server import PAGES, serve

SHOTS = {
    "triage.png": ("Everything is down", {"width": 1280, "height": 1010}, "light"),
    "triage-dark-narrow.png": ("Nothing we know", {"width": 390, "height": 1300}, "dark"),
}


def main(folder: Path) -> None:
    """Write all pictures into a folder."""
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        database = f"sqlite:///{scratch}/shots.db"
        with serve(PAGES, **{**os.environ, "DATABASE_URL": database}) as address:
            while httpx.get(f"{address}/api/v1/ready").status_code != 200:
                time.sleep(0.5)
            browser = launch(playwright)
            for name, (example, size, scheme) in SHOTS.items():
                page = browser.new_page(viewport=size, color_scheme=scheme)
                page.goto(address)
                page.get_by_role("button", name=example).click()
                page.wait_for_selector(".mr-matrix", timeout=60_000)
                page.wait_for_function("document.querySelectorAll('.js-plotly-plot .barlayer path').length > 20")
                page.wait_for_timeout(1_000)
                page.screenshot(path=folder / name)
            browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
