"""Files that are in their place whole, or not at all, whoever is killed and however full the disk is."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

TEMPORARY_SUFFIX = ".tmp"
STALE_SECONDS = 3600
"""So long after it was written to, a file that is not in its place is one of somebody who was killed."""


class NotSaved(OSError):
    """The disk did not take it; the message is a sentence."""


def write_atomically(path: Path, content: bytes) -> None:
    """Let a file have that content, in one step. Raises NotSaved."""
    with temporary_file(path.parent) as begun:
        with begun.open("wb") as file:
            file.write(content)
            flush_to_disk(file)
        begun.replace(path)


def check_writable(folder: Path) -> None:
    """Raises NotSaved where nothing can be written to a folder, before anybody works for it."""
    there = next(path for path in (folder, *folder.parents) if path.is_dir())
    with temporary_file(there) as begun:
        begun.write_bytes(bytes(4096))


@contextmanager
def temporary_file(folder: Path) -> Iterator[Path]:
    """A file to write, which is gone afterwards unless it was put in its place. Raises NotSaved."""
    begun = folder / f"{uuid.uuid4().hex}{TEMPORARY_SUFFIX}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield begun
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise NotSaved(f"The model cannot be saved ({why}): make room, or allow writing, and try again.") from error
    finally:
        with suppress(OSError):
            begun.unlink(missing_ok=True)


def flush_to_disk(file: BinaryIO) -> None:
    """Come back when what was written outlives a loss of power."""
    file.flush()
    os.fsync(file.fileno())


def remove_stale(folder: Path, than: Path) -> None:
    """Take out what was begun long before a file and never put in its place; both times are by the disk's clock."""
    with suppress(OSError):
        latest = than.stat().st_mtime
        for path in folder.glob(f"*{TEMPORARY_SUFFIX}"):
            if latest - path.stat().st_mtime > STALE_SECONDS:
                path.unlink()
