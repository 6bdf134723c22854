"""Mails as the reader hands them on, made for tests, and mails that somebody has labelled."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from data import corpus
from data.mail import Mail
from data.schema import Email, Label, Received
from data.store import Store


def mail(subject: str, body: str, sender: str | None = None, **more: Any) -> Mail:
    """A mail of that subject and body."""
    return Mail(email=Email(subject=subject, body=body, sender=sender), **more)


def label_some(database: Path) -> Store:
    """A store in that file with a few emails of our corpus, and their labels."""
    store, at = Store(f"sqlite:///{database}"), datetime.now(UTC)
    texts = {f"m{i}": one for i, one in enumerate(corpus.read_corpus()[5::300])}
    mails = {id: Email(subject=one.subject, body=one.body, sender=f"{id}@example.com") for id, one in texts.items()}
    store.receive([Received(id, at, "import", one) for id, one in mails.items()])
    labels = [Label(id=uuid4().hex, email_id=id, by="ana", at=at, category=one.category) for id, one in texts.items()]
    store.labels.add(labels)
    return store
