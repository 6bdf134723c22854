"""Unlabelled sample emails in data/pool.toml, so that there is mail to label from the first visit on."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

from data.schema import Email, Received

SAMPLE_MAIL_FILE = Path(__file__).with_name("pool.toml")
SOURCE_SAMPLE = "pool"
SAMPLE_RECEIVED_AT = datetime(2026, 1, 1, tzinfo=UTC)
"""Their time of receipt: before any real mail."""


def sample_mail(path: Path = SAMPLE_MAIL_FILE) -> list[Received]:
    """All sample emails, in file order."""
    rows = tomllib.loads(path.read_text("utf-8"))["email"]
    return [Received(row.pop("id"), SAMPLE_RECEIVED_AT, SOURCE_SAMPLE, Email(**row)) for row in rows]
