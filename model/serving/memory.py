"""Little memory: how a server lets its threads share, what a process that learns is started with, and its imports."""

import ctypes
import os
import sys
from contextlib import suppress
from pathlib import Path

M_ARENA_MAX = -8

MALLOC = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536"}
"""Has glibc hand large arrays back as soon as they are free; left alone it keeps them, which doubles the peak."""


def share_arenas() -> None:
    """What MALLOC_ARENA_MAX=2 does, for hosts where it cannot be set: threads take room from two places, not each from
    its own, which keeps less after a large drop. Nothing where the C library is not glibc.
    """
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)


def training_environment() -> dict[str, str]:
    """For a process that learns: our environment, and MALLOC where that says nothing else."""
    return {**MALLOC, **os.environ}


def be_killed_first() -> None:
    """Where memory runs out, let the kernel end this process and not the one that serves. Nothing but on Linux."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def import_sklearn() -> None:
    """Import scikit-learn without pandas, which it loads wherever there is one: 45 MB for tables that we do not use."""
    missing = "pandas" not in sys.modules
    sys.modules.setdefault("pandas", None)
    import sklearn.svm  # noqa: F401

    if missing:
        del sys.modules["pandas"]
