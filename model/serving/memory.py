"""Keeps memory low: glibc's settings, who is killed first where memory runs out, and scikit-learn without pandas."""

import ctypes
import os
import sys
from contextlib import suppress
from pathlib import Path

M_ARENA_MAX = -8

MALLOC_SETTINGS = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536"}
"""Makes glibc return freed large arrays to the system at once; by default it keeps them, which doubles the peak."""


def limit_malloc_arenas() -> None:
    """The effect of MALLOC_ARENA_MAX=2 on hosts where it can't be set: threads share two arenas of memory.

    With one for each thread more stays allocated after a large upload. Nothing where the C library is not glibc.
    """
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)


def training_environment() -> dict[str, str]:
    """The environment of a process that trains: ours, with MALLOC_SETTINGS where it does not set them otherwise."""
    return {**MALLOC_SETTINGS, **os.environ}


def prefer_oom_kill() -> None:
    """Make the kernel end this process rather than the server where memory runs out. Nothing but on Linux."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def import_sklearn_without_pandas() -> None:
    """Import scikit-learn but not pandas, which it imports where that is installed and which nothing here uses.

    Measured: 119 MB instead of 183 MB after the import. The first start on a host of 512 MB, which serves and trains,
    reaches 494 MB (docs/operating.md), so without this it would be killed.
    """
    missing = "pandas" not in sys.modules
    sys.modules.setdefault("pandas", None)
    import sklearn.svm  # noqa: F401

    if missing:
        del sys.modules["pandas"]
