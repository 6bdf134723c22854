"""The hours in which a desk or a team works, as the taxonomy states them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PERIOD = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")

Period = tuple[time, time | None]
"""From when to when on one day; None is the end of the day."""


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """When people work: `week` has the periods of each weekday from Monday on, in the time of `zone`.

    `holidays` is a country, or country and region ("GB-ENG"), as ISO 3166 names them; "" where none are kept. The
    service targets of the priorities `around_the_clock` run outside these hours too.
    """

    zone: str
    week: tuple[tuple[Period, ...], ...]
    holidays: str = ""
    around_the_clock: frozenset[str] = frozenset()


def parse_working_hours(table: Mapping[str, Any], where: str, default: WorkingHours | None = None) -> WorkingHours:
    """The hours of a table: {"zone": ..., "holidays": ..., "around_the_clock": [...], "monday": "9:00-17:30", ...}.

    Days that the table does not name are free, but where it names none they are those of `default`, as is all else
    that it leaves out. Raises ValueError that names what is wrong and where.
    """
    known = {"zone", "holidays", "around_the_clock", "teams", *DAYS}
    if unknown := sorted(set(table) - known):
        raise ValueError(f"[{where}] does not know {unknown[0]!r}: it takes {', '.join(sorted(known - {'teams'}))}.")
    zone = table.get("zone", default.zone if default else "UTC")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"[{where}] zone is {zone!r}: give a time zone such as Europe/London.") from error
    week = tuple(_periods(table.get(day, ""), f"[{where}] {day}") for day in DAYS)
    if default and not set(table) & set(DAYS):
        week = default.week
    if not any(week):
        raise ValueError(f"[{where}] has no working day: give at least one, such as monday = '9:00-17:00'.")
    around_the_clock = table.get("around_the_clock")
    return WorkingHours(
        zone,
        week,
        table.get("holidays", default.holidays if default else ""),
        frozenset(around_the_clock) if around_the_clock is not None else _around_the_clock(default),
    )


def _around_the_clock(default: WorkingHours | None) -> frozenset[str]:
    return default.around_the_clock if default else frozenset()


def _periods(text: str, where: str) -> tuple[Period, ...]:
    """The periods of one day, such as "8:00-12:00, 13:00-24:00". Raises ValueError."""
    periods: list[Period] = []
    for part in filter(None, map(str.strip, text.split(","))):
        found = _PERIOD.fullmatch(part)
        start, end = ((int(found[1]), int(found[2])), (int(found[3]), int(found[4]))) if found else ((0, 0), (0, 0))
        if not (0, 0) <= start < end <= (24, 0) or start[1] > 59 or end[1] > 59:
            raise ValueError(f"{where} is {part!r}: give hours such as '9:00-17:30', the end after the start.")
        if periods and (periods[-1][1] is None or time(*start) < periods[-1][1]):
            raise ValueError(f"{where} is {text!r}: name the hours in order, without overlap.")
        periods.append((time(*start), None if end == (24, 0) else time(*end)))
    return tuple(periods)
