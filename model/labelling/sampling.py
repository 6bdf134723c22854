"""Draws at random that stay drawn: whether an email is an audit, is for two people, or is kept for testing alone."""

import hashlib

from data.settings import Settings


def audited(id: str, settings: Settings) -> bool:
    """Whether an email belongs to the random sample that accuracy is measured on, whatever the model thinks of it."""
    return _drawn(id, "audit", settings.audit_share)


def kept_for_testing(id: str, settings: Settings) -> bool:
    """Whether no training may ever see the labels of an audited email."""
    return audited(id, settings) and _drawn(id, "test", settings.test_share)


def people_wanted(id: str, settings: Settings) -> int:
    """How many people should label an email, blind to each other."""
    return 2 if _drawn(id, "double", settings.double_share) else 1


def _drawn(id: str, purpose: str, share: float) -> bool:
    """The same answer at every asking; purposes are independent of each other, as the digest's bits are."""
    digest = hashlib.sha256(f"{purpose} {id}".encode()).digest()
    return int.from_bytes(digest[:8]) < share * 2**64
