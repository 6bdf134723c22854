"""The app, or the API alone, as a real process on a free port."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx

from data.settings import ROOT

PAGES = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.address=127.0.0.1", "--server.port"]
API = [sys.executable, "-m", "uvicorn", "--factory", "model.api.app:standalone", "--log-level", "warning", "--port"]


class Address(str):
    """Where a process listens, and the process."""

    process: subprocess.Popen


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def serve(command: list[str], first: Callable[[], None] | None = None, **environment: str) -> Iterator[Address]:
    """Run a command that takes a port last, and give its address once it answers.

    :param first: what the process does before all else.
    """
    port = free_port()
    environment = {**os.environ, **environment}
    process = subprocess.Popen([*command, str(port)], cwd=ROOT, env=environment, preexec_fn=first)
    try:
        address = Address(f"http://127.0.0.1:{port}")
        address.process = process
        wait(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def wait(address: str, process: subprocess.Popen) -> None:
    """Until the process answers. Raises AssertionError where it stops, or takes longer than a minute."""
    for _ in range(600):
        assert process.poll() is None, "the server stopped"
        try:
            httpx.get(f"{address}/api/v1/health", timeout=5)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server did not answer within a minute")
