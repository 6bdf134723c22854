"""Writes files atomically: whole or not at all, even if the process is killed or the disk is full."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

TEMPORARY_SUFFIX = ".tmp"
STALE_SECONDS = 3600
"""Age from which a temporary file is taken to be left by a killed process."""


class NotSaved(OSError):
    """A file could not be written; the message is a sentence for users."""


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file by renaming a temporary one. Raises NotSaved."""
    with temporary_file(path.parent) as temporary:
        with temporary.open("wb") as file:
            file.write(content)
            flush_to_disk(file)
        temporary.replace(path)


def check_writable(folder: Path) -> None:
    """Check that files can be written to a folder, before the work for them. Raises NotSaved."""
    existing = next(path for path in (folder, *folder.parents) if path.is_dir())
    with temporary_file(existing) as temporary:
        temporary.write_bytes(bytes(4096))


@contextmanager
def temporary_file(folder: Path) -> Iterator[Path]:
    """The path of a new temporary file, which is deleted at the end unless it was renamed. Raises NotSaved."""
    temporary = folder / f"{uuid.uuid4().hex}{TEMPORARY_SUFFIX}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield temporary
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise NotSaved(f"The model cannot be saved ({why}): make room, or allow writing, and try again.") from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def flush_to_disk(file: BinaryIO) -> None:
    """Return when what was written would survive a power failure."""
    file.flush()
    os.fsync(file.fileno())


def remove_stale(folder: Path, than: Path) -> None:
    """Delete temporary files that are STALE_SECONDS older than a file; both times are by the file system's clock."""
    with suppress(OSError):
        latest = than.stat().st_mtime
        for path in folder.glob(f"*{TEMPORARY_SUFFIX}"):
            if latest - path.stat().st_mtime > STALE_SECONDS:
                path.unlink()
