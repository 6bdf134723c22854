"""Random samples of emails by their ids: the same email is always in or out."""

import hashlib

from data.settings import Settings


def audited(id: str, settings: Settings) -> bool:
    """Whether an email is in the random sample on which accuracy is measured."""
    return _sampled(id, "audit", settings.audit_share)


def kept_for_testing(id: str, settings: Settings) -> bool:
    """Whether an audited email is for testing only: no training uses its labels."""
    return audited(id, settings) and _sampled(id, "test", settings.test_share)


def people_wanted(id: str, settings: Settings) -> int:
    """How many people should label an email, without seeing each other's labels."""
    return 2 if _sampled(id, "double", settings.double_share) else 1


def _sampled(id: str, purpose: str, share: float) -> bool:
    """Whether an email is in a sample of that share; samples for different purposes are independent."""
    digest = hashlib.sha256(f"{purpose} {id}".encode()).digest()
    return int.from_bytes(digest[:8]) < share * 2**64
