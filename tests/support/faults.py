"""Faults that tests inject: full and read-only disks, locks and sudden death; and a project that trains in seconds."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.support.server import API, ROOT

PARCEL = {"body": "Where is my parcel? The tracking of the delivery has shown nothing since Monday."}

HOLD = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


class Disk:
    """A file system of its own, in memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, but: int = 0) -> None:
        """Leave no room, but for some bytes."""
        with (self.folder / "filler").open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                file.truncate(file.tell() - but)

    def make_room(self) -> None:
        (self.folder / "filler").unlink()

    def mount(self, *options: str) -> None:
        command = ["mount", *options, str(self.folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")


@contextmanager
def disk(folder: Path, megabytes: int) -> Iterator[Disk]:
    """A disk of that size, mounted on a folder."""
    folder.mkdir()
    made = Disk(folder)
    made.mount("-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs")
    try:
        yield made
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """An SQLite file that another process keeps for itself."""
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"held\n"
        yield
        holder.stdin.close()


def small_project(folder: Path, every: int = 40) -> Path:
    """A copy of the project with one email in `every` of its corpus, no second opinion and nothing in data/var.

    Its first start takes seconds.
    """
    nothing_made = shutil.ignore_patterns("var", "__pycache__")
    for name in ("data", "model", "pages", ".streamlit"):
        shutil.copytree(ROOT / name, folder / name, ignore=nothing_made)
    for name in ("streamlit_app.py", "requirements.txt", ".dockerignore"):
        shutil.copy(ROOT / name, folder)
    for path in (folder / "data" / "corpus").glob("*.toml"):
        head, *emails = path.read_text("utf-8").split("[[email]]")
        path.write_text("[[email]]".join([head, *emails[::every]]), "utf-8")
    encoder = folder / "model" / "classify" / "encoder.py"
    assert "def encoder_installed()" in encoder.read_text()
    with encoder.open("a") as file:
        file.write("\n\ndef encoder_installed() -> bool:\n    return False\n")
    return folder


def within(folder: Path, command: list[str] = API) -> list[str]:
    """The command, as it is run from a folder."""
    return ["sh", "-c", 'cd "$0" && exec "$@"', str(folder), *command]


def dies(work: Callable[[], Any]) -> None:
    """Do that work in a process of its own, which must be killed on the way."""
    child = get_context("fork").Process(target=work)
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL


def die_at_file(number: int) -> None:
    """Let this process die just before it puts that file, counted from now, in its place."""
    replace, left = Path.replace, count(1)

    def put(path: Path, to: Path) -> Path:
        if next(left) == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return replace(path, to)

    Path.replace = put


def die_at_statement(engine: sa.Engine, words: str) -> None:
    """Let this process die just before a statement with those words, "commit" being one too."""

    def die(*given: Any) -> None:
        if len(given) == 1 or words in given[2].lower():
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(engine, "commit" if words == "commit" else "before_cursor_execute", die)
