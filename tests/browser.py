"""A real browser for tests and benchmarks: the system's Chromium, else Playwright's own download."""

import shutil

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


def launch(playwright):
    """A headless Chromium. Raises Playwright's error when there is none."""
    system = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    return playwright.chromium.launch(executable_path=system, args=FLAGS)
