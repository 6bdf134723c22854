"""A limit of memory that the kernel itself keeps, for tests and benchmarks: a memory cgroup (of version 1, as root)."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup/memory")


class Cage:
    """A memory cgroup: whoever enters gets no more than its limit from the kernel, with all that they start."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def enter(self) -> None:
        """Go into it, for good."""
        (self._folder / "cgroup.procs").write_text(str(os.getpid()))

    def counts(self) -> tuple[int, int]:
        """How many processes the kernel has killed in it, and how often it took pages back before it gave any."""
        killed, reclaimed = (read(self._folder / name) for name in ("memory.oom_control", "memory.failcnt"))
        return int(killed.split()[-1]), int(reclaimed)


@contextmanager
def caged(limit: float) -> Iterator[Cage | None]:
    """A cage of so many MB; None where none can be had."""
    folder = CGROUPS / f"mailroom-{os.getpid()}"
    try:
        folder.mkdir()
    except OSError:
        yield None
    else:
        try:
            (folder / "memory.limit_in_bytes").write_text(str(int(limit * 2**20)))
            yield Cage(folder)
        finally:
            folder.rmdir()


def read(path: Path) -> str:
    """What stands in a file of the kernel; nothing where it is gone."""
    try:
        return path.read_text()
    except OSError:
        return ""
