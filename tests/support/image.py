"""A Dockerfile's own steps, performed in a folder: what can be known of an image where no engine runs."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.support.server import PATIENCE, wait

TOPS = ("app", "opt", "tmp")
"""The folders at the top of the image that are made here; all others are this machine's."""


class Image:
    """The last stage of a Dockerfile, and how to make it; its paths are laid below one folder."""

    def __init__(self, text: str) -> None:
        lines = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)).splitlines()
        self._steps = [line.split(None, 1) for line in lines if line.strip()]
        self.bases = [rest.split()[0] for verb, rest in self._steps if verb == "FROM"]
        last = max(i for i, (verb, _) in enumerate(self._steps) if verb == "FROM")
        told = self._steps[last:]
        self.command = json.loads(dict(told)["CMD"])
        self.user = dict(told)["USER"]
        self.volumes = [rest for verb, rest in told if verb == "VOLUME"]
        self.environment = {name: value for verb, rest in told if verb == "ENV" for name, value in _pairs(rest)}
        self._health = json.loads(dict(told)["HEALTHCHECK"].split("CMD", 1)[1])

    def perform(self, context: Path, root: Path) -> None:
        """Do all steps, with the files of `context` that .dockerignore lets through."""
        self._root, self._context = root, context
        self._tools()
        for verb, rest in self._steps:
            getattr(self, f"_{verb.lower()}", lambda rest: None)(rest)

    @contextmanager
    def running(self, port: int) -> Iterator[str]:
        """The address of the command, run by the image's user."""
        environment = self._for(self.environment) | {"PORT": str(port)}
        process = subprocess.Popen(self.command, cwd=self._at("/app"), env=environment, **self._as_user())
        try:
            address = f"http://localhost:{port}"
            wait(address, process)
            yield address
        finally:
            process.terminate()
            process.wait(PATIENCE)

    def healthy(self, address: str) -> bool:
        """What the image's own check says."""
        environment = self._for(self.environment) | {"PORT": address.rsplit(":", 1)[1]}
        done = subprocess.run(self._health, env=environment, stderr=subprocess.DEVNULL, **self._as_user())
        return done.returncode == 0

    def files(self) -> set[Path]:
        """All there is, but in the volumes and in /tmp."""
        free = [self._at(one) for one in (*self.volumes, "/tmp")]
        return {path for path in self._root.rglob("*") if not any(path.is_relative_to(one) for one in free)}

    def _from(self, rest: str) -> None:
        self._stages = {**getattr(self, "_stages", {}), rest.split(" AS ")[-1]: self._root.with_name("unused")}
        built = self._root / "before"
        for top in TOPS:
            if (self._root / top).exists():
                built.mkdir(exist_ok=True)
                (self._root / top).rename(built / top)
            (self._root / top).mkdir()
        self._at("/tmp").chmod(0o1777)
        self._set, self._work = {}, "/"

    def _workdir(self, rest: str) -> None:
        self._work = rest
        self._at(rest).mkdir(parents=True, exist_ok=True)

    def _env(self, rest: str) -> None:
        self._set |= dict(_pairs(rest))

    def _run(self, rest: str) -> None:
        line = re.sub(r"--mount=\S+", "", rest)
        line = re.sub(rf"(?<![\w.])/({'|'.join(TOPS)})\b", rf"{self._root}/\1", line)
        subprocess.run(["sh", "-ec", line], cwd=self._at(self._work), env=self._for(self._set), check=True)

    def _copy(self, rest: str) -> None:
        flags, (*sources, to) = [], rest.split()
        while sources[0].startswith("--"):
            flags.append(sources.pop(0))
        owner = next((flag.removeprefix("--chown=") for flag in flags if flag.startswith("--chown=")), "0:0")
        earlier = any(flag.startswith("--from=") for flag in flags)
        target = self._at(str(Path(self._work, to)))
        for source in sources:
            whence = self._root / "before" / source.lstrip("/") if earlier else self._context / source
            if whence.is_file():
                shutil.copy(whence, target)
            else:
                ignore = None if earlier else self._ignored
                shutil.copytree(whence, target, dirs_exist_ok=True, symlinks=True, ignore=ignore)
            if earlier:
                _own(target, *map(int, owner.split(":")))

    def _ignored(self, folder: str, found: list[str]) -> set[str]:
        """As .dockerignore says: the last line that fits counts."""
        lines = [line for line in (self._context / ".dockerignore").read_text().split("\n") if line and line[0] != "#"]
        return {name for name in found if _out(Path(folder, name).relative_to(self._context), lines)}

    def _at(self, path: str) -> Path:
        top = Path(path).parts[1:2]
        return self._root / path.lstrip("/") if top and top[0] in TOPS else Path(path)

    def _for(self, told: dict[str, str]) -> dict[str, str]:
        base = {"PATH": f"{self._root}/tools:/usr/bin:/bin", "HOME": "/root", "LANG": "C.UTF-8", "PIP_NO_COMPILE": "1"}
        pip = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        mapped = {
            name: ":".join(str(self._at(part)) for part in value.split(":")).replace("$PATH", base["PATH"])
            for name, value in told.items()
        }
        return {**base, **pip, **mapped}

    def _as_user(self) -> dict:
        user, group = map(int, self.user.split(":"))
        return {"user": user, "group": group, "extra_groups": []}

    def _tools(self) -> None:
        """The base image's python and pip: the former must be one that any user may start."""
        version = self.bases[-1].removeprefix("python:").removesuffix("-slim")
        found = [
            Path(folder, f"python{version}") for folder in ("/usr/bin", "/usr/local/bin", sys.base_prefix + "/bin")
        ]
        for python in found:
            if python.exists() and _anybody(python):
                break
        else:
            pytest.skip(f"no python{version} here that any user may start")
        (self._root / "tools").mkdir()
        for name, line in (("python", f'{python} "$@"'), ("pip", f'{sys.executable} -m pip "$@"')):
            tool = self._root / "tools" / name
            tool.write_text(f"#!/bin/sh\nexec {line}\n")
            tool.chmod(0o755)


def _anybody(python: Path) -> bool:
    try:
        return subprocess.run([python, "-c", "import venv"], user=65534, group=65534, cwd="/").returncode == 0
    except OSError:
        return False


def _pairs(rest: str) -> list[tuple[str, str]]:
    return [tuple(pair.split("=", 1)) for pair in rest.split()]


def _own(path: Path, user: int, group: int) -> None:
    for one in (path, *path.rglob("*")):
        os.chown(one, user, group, follow_symlinks=False)


def _out(path: Path, lines: list[str]) -> bool:
    out = False
    for line in lines:
        pattern = line.removeprefix("!")
        parents = [str(one) for one in (path, *path.parents)]
        deep = pattern.removeprefix("**/")
        if any(fnmatch(one, pattern) or (deep != pattern and Path(one).name == deep) for one in parents if one != "."):
            out = not line.startswith("!")
    return out
