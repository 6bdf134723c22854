"""Texts and time zones as pages show them."""

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_MARKDOWN_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")


def escape_markdown(text: str) -> str:
    """Text from outside on one line, with every Markdown character as an entity."""
    return _MARKDOWN_PUNCTUATION.sub(lambda match: f"&#{ord(match.group())};", " ".join(text.split()))


def time_zone_or_utc(name: str | None) -> ZoneInfo:
    """The time zone of that name; UTC where there is none."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
