"""Mails as the reader hands them on, made for tests, and mails that somebody has labelled."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from data import corpus
from data.clock import now
from data.mail import IntakeItem, Mail, RejectedMail, TriagedMail
from data.mailbox_progress import Numbering, uid_position
from data.provenance import COMMAND_LINE, BatchProgress, MailboxLease, Provenance, from_mailbox, from_upload
from data.schema import Email, Label, Received, Triaged
from data.store import Store
from model.triage import Classifies, triage


def mail(subject: str, body: str, sender: str | None = None, **more: Any) -> Mail:
    """A mail of that subject and body."""
    return Mail(email=Email(subject=subject, body=body, sender=sender), **more)


def decided(
    items: Sequence[IntakeItem], classifier: Classifies, clock: Callable[[], datetime] = now
) -> list[TriagedMail]:
    """Decisions on mails that are kept nowhere yet."""
    return triage(items, classifier, None, COMMAND_LINE, clock=clock)


def email_alone(triaged: Triaged) -> TriagedMail:
    """A decision on an email that nothing came with."""
    return TriagedMail(triaged, Mail(email=triaged.email))


def batch_part(batch_id: str, at: datetime, rejected: Sequence[RejectedMail] = (), done: int = 1) -> Provenance:
    """The provenance of a part of a batch."""
    return from_upload(BatchProgress(batch_id, rejected, done, at))


def keep_leased(
    store: Store, box: Numbering, by: str, mails: Mapping[int, tuple[str, TriagedMail]], state: str, at: datetime
) -> list[int]:
    """Keep decisions on mails that somebody has leased, by uid with their fingerprints. Returns the uids kept."""
    leased = {uid_position(uid): (uid, fingerprint) for uid, (fingerprint, _) in mails.items()}
    placed = [replace(one, position=uid_position(uid)) for uid, (_, one) in mails.items()]
    kept = store.keep(placed, from_mailbox(MailboxLease(box, by, leased, state, at)))
    return [leased[one.position][0] for one in kept]


def label_some(database: Path) -> Store:
    """A store in that file with a few emails of our corpus, and their labels."""
    store, at = Store(f"sqlite:///{database}"), datetime.now(UTC)
    texts = {f"m{i}": one for i, one in enumerate(corpus.read_corpus()[5::300])}
    mails = {id: Email(subject=one.subject, body=one.body, sender=f"{id}@example.com") for id, one in texts.items()}
    store.receive([Received(id, at, "import", one) for id, one in mails.items()])
    labels = [Label(id=uuid4().hex, email_id=id, by="ana", at=at, category=one.category) for id, one in texts.items()]
    store.labels.add(labels)
    return store
