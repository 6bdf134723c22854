"""A real browser for tests and benchmarks: the system's Chromium, else Playwright's own download.

The one without windows comes first: it draws the same with half the work.
"""

import shutil

from playwright.sync_api import expect

from tests.support.server import PATIENCE

READ_MS = 300
"""The labelling desk takes no answer sooner after an email came: nobody can have read it."""

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


STILL = """() => new Promise((done) => {
    const finite = (one) => one.playState === "running" && one.effect.getTiming().iterations !== Infinity;
    let timer;
    const again = () => (clearTimeout(timer), (timer = setTimeout(look, 150)));
    const look = () => (document.getAnimations().some(finite) ? again() : end());
    const observer = new MutationObserver(again);
    const end = () => (observer.disconnect(), done());
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    setTimeout(end, 5000);
    again();
})"""
"""Ends once nothing has changed or moved on the page for a moment."""


def still(page):
    """Wait until the page is drawn: Streamlit has run, and nothing changes or moves any more."""
    page.wait_for_selector("[data-testid=stStatusWidget]", state="detached")
    page.evaluate(STILL)


def click_button(page, name):
    """Click the button of that name once the page is drawn: before, the last run's may stand beside this one's."""
    still(page)
    page.get_by_role("button", name=name).click()


def launch(playwright):
    """A headless Chromium that waits long for what must come. Raises Playwright's error when there is none."""
    system = next(filter(None, map(shutil.which, NAMES)), None)
    chromium = playwright.chromium.launch(executable_path=system, args=FLAGS, timeout=PATIENCE * 1000)
    chromium.on("context", lambda context: context.set_default_timeout(PATIENCE * 1000))
    expect.set_options(timeout=PATIENCE * 1000)
    return chromium
