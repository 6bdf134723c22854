"""Records about models in the store: candidates, decisions on them, and trainings."""

from dataclasses import dataclass, field
from datetime import datetime

SHIPPED = ""
"""The version that stands for the model in the model folder, trained on the corpus alone."""

PROMOTED, REJECTED, RESTORED = "promoted", "rejected", "restored"
"""Decisions on a model."""

TRAINING_RUNNING, TRAINING_DONE, TRAINING_FAILED, TRAINING_CANCELLED = "running", "done", "failed", "cancelled"
"""States of a training."""


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A candidate: its manifest and its report against the model in force (both JSON), and its files by name."""

    version: str
    at: datetime
    by: str
    manifest: str
    report: str
    files: dict[str, bytes] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Promotion:
    """One entry of the append-only log of decisions on models; `what` is promoted, rejected or restored."""

    version: str
    what: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Training:
    """The progress of a training: state, stage in words, share done (0 to 1), and its last heartbeat.

    `said` is why it failed, `version` the candidate that it made; else "".
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
