"""The app, or the API alone, as a real process on a free port; and how tests wait for one."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx

from data.settings import ROOT

PAGES = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.address=127.0.0.1", "--server.port"]
API = [sys.executable, "-m", "uvicorn", "--factory", "model.api.app:standalone", "--log-level", "warning", "--port"]


PATIENCE = 600
"""Seconds that a test waits for an event which must come: enough for a machine that is busy with other work."""


class Address(str):
    """Where a process listens, and the process."""

    process: subprocess.Popen


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def serve(
    command: list[str], first: Callable[[], None] | None = None, port: int | None = None, **environment: str
) -> Iterator[Address]:
    """Run a command that takes a port last, and give its address once it answers.

    :param first: what the process does before all else.
    :param port: a free one where none is given.
    """
    port = port or free_port()
    environment = {**os.environ, **environment}
    process = subprocess.Popen(
        [*command, str(port)], cwd=ROOT, env=environment, preexec_fn=first, start_new_session=True
    )
    try:
        address = Address(f"http://127.0.0.1:{port}")
        address.process = process
        wait(address, process)
        yield address
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)  # a shell's children, too
        process.wait(PATIENCE)


def wait(address: str, process: subprocess.Popen) -> None:
    """Wait until the process answers. Raises AssertionError where it stops, or takes longer than PATIENCE."""

    def answers() -> bool:
        assert process.poll() is None, "the server stopped"
        try:
            client.get(f"{address}/api/v1/health")
        except httpx.TransportError:
            return False
        return True

    with httpx.Client(verify=False, timeout=30) as client:  # to read certificates takes longer than to ask
        eventually(answers)


def eventually(holds: Callable[[], Any], seconds: float = PATIENCE, pause: float = 0.05) -> Any:
    """Return the first true value of `holds`. Raises AssertionError with the last value where none comes in time."""
    until = time.monotonic() + seconds
    while not (value := holds()):
        assert time.monotonic() < until, f"it never came: {value!r}"
        time.sleep(pause)
    return value
