"""Texts, durations and time zones as pages show them."""

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_MARKDOWN_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")


def escape_markdown(text: str) -> str:
    """Text from outside on one line, with every Markdown character as an entity."""
    return _MARKDOWN_PUNCTUATION.sub(lambda match: f"&#{ord(match.group())};", " ".join(text.split()))


def format_minutes(minutes: float) -> str:
    """A duration in minutes: "40 min", "12 h"."""
    return f"{minutes:,.0f} min" if minutes < 120 else f"{minutes / 60:,.0f} h"


def time_zone_or_utc(name: str | None) -> ZoneInfo:
    """The time zone of that name; UTC where there is none."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
