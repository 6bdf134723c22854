"""What is kept of models and of how they came about: `StoredModel`, `Promotion`, `Training`."""

from dataclasses import dataclass, field
from datetime import datetime

SHIPPED = ""
"""The version by which the model of the folder goes, which was trained on our corpus alone."""

PROMOTED, REJECTED, RESTORED = "promoted", "rejected", "restored"
TRAINING_RUNNING, TRAINING_DONE, TRAINING_FAILED, TRAINING_CANCELLED = "running", "done", "failed", "cancelled"


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A candidate: its manifest and the report against the model it was to replace (JSON), and its files by name."""

    version: str
    at: datetime
    by: str
    manifest: str
    report: str
    files: dict[str, bytes] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Promotion:
    """One entry of the log of what somebody decided on a model; `what` is promoted, rejected or restored."""

    version: str
    what: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Training:
    """How a training goes: its state, its stage in words, the share that is done, and when it was last heard of.

    `said` is why it failed, `version` what came of it.
    """

    id: str
    by: str
    at: datetime
    state: str
    stage: str
    share: float
    beat_at: datetime
    said: str = ""
    version: str = ""
