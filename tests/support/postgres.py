"""A real PostgreSQL as an ordinary process on a free port, which tests start, stop and kill."""

import os
import shutil
import subprocess
from pathlib import Path

import psycopg

from tests.support.server import PATIENCE, eventually, free_port

USER = "mailroom"


def programs() -> Path | None:
    """Where the server's programs lie, if it is installed."""
    found = shutil.which("pg_ctl")
    return Path(found).resolve().parent if found else max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)


class Postgres:
    """One server with its data in a folder; root hands it to the user that Debian made for it."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self._data, self.port = programs, folder / "data", free_port()
        self._as = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}
        folder.mkdir(parents=True, exist_ok=True)
        if self._as:
            shutil.chown(folder, "postgres", "postgres")
        self._run("initdb", "-D", self._data, "-U", USER, "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C")
        self.process: subprocess.Popen | None = None

    def url(self, name: str = "postgres") -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        options = ["-p", str(self.port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
        command = [self._programs / "postgres", "-D", self._data, *options]
        self.process = subprocess.Popen(command, cwd="/", stderr=subprocess.DEVNULL, **self._as)
        eventually(self._answers)

    def stop(self) -> None:
        """At once, as when its machine is restarted; connections break."""
        self._run("pg_ctl", "-D", self._data, "stop", "-m", "immediate", "-t", PATIENCE)
        self.process.wait(PATIENCE)

    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def database(self, name: str) -> str:
        """The URL of a new, empty database."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"create database {name}")
        return self.url(name)

    def _answers(self) -> bool:
        assert self.running(), "PostgreSQL stopped"
        try:
            psycopg.connect(self.url()).close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(self._programs / program), *map(str, arguments)]
        subprocess.run(command, cwd="/", check=True, stdout=subprocess.DEVNULL, **self._as)
