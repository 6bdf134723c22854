"""Mails as the reader hands them on, made for tests."""

from typing import Any

from data.mail import Mail
from data.schema import Email


def mail(subject: str, body: str, sender: str | None = None, **more: Any) -> Mail:
    """A mail of that subject and body."""
    return Mail(email=Email(subject=subject, body=body, sender=sender), **more)
