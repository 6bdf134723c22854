"""The emails of our own that wait to be labelled from the first visit on; what is right for them lies elsewhere."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

from data.schema import Email, Received

SAMPLE_MAIL_FILE = Path(__file__).with_name("pool.toml")
SOURCE_SAMPLE = "pool"
SAMPLE_RECEIVED_AT = datetime(2026, 1, 1, tzinfo=UTC)
"""When they came in: before any mail of a desk's own."""


def sample_mail(path: Path = SAMPLE_MAIL_FILE) -> list[Received]:
    """All of them, in their order."""
    rows = tomllib.loads(path.read_text("utf-8"))["email"]
    return [Received(row.pop("id"), SAMPLE_RECEIVED_AT, SOURCE_SAMPLE, Email(**row)) for row in rows]
