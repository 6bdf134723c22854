"""A real browser for tests and benchmarks: the system's Chromium, else Playwright's own download.

The one without windows comes first: it draws the same with half the work.
"""

import shutil

READ_MS = 300
"""The labelling desk takes no answer sooner after an email came: nobody can have read it."""

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


def launch(playwright):
    """A headless Chromium. Raises Playwright's error when there is none."""
    system = next(filter(None, map(shutil.which, NAMES)), None)
    return playwright.chromium.launch(executable_path=system, args=FLAGS)
