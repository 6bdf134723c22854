"""When an answer is due: service targets run in working hours, with holidays and daylight saving."""

import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import takewhile
from zoneinfo import ZoneInfo

import numpy as np

from data.taxonomy import Category, Taxonomy
from data.working_hours import Period, WorkingHours

ONE_DAY = timedelta(days=1)
MAX_DAYS = 1000
"""Days that are looked through for working hours: more than any target and any row of holidays take."""

log = logging.getLogger(__name__)


def response_due(category: Category, priority: str, at: datetime, taxonomy: Taxonomy) -> datetime:
    """When the first answer is due, in UTC, to mail of that time: in the hours of the category's team."""
    hours = taxonomy.working_hours(category.team)
    target = timedelta(hours=category.targets[priority].answer)
    return at + target if priority in hours.around_the_clock else add_working_time(at, target, hours)


def add_working_time(at: datetime, time_needed: timedelta, hours: WorkingHours) -> datetime:
    """The moment, in UTC, when so much working time has passed since `at`."""
    left = time_needed
    for start, end in working_periods(at, hours):
        if end - start >= left:
            return start + left
        left -= end - start
    raise ValueError(f"Nobody works for {time_needed} in the {MAX_DAYS} days after {at:%d %B %Y}.")


def is_open(at: datetime, hours: WorkingHours) -> bool:
    """Whether somebody works at that moment."""
    return next(working_periods(at, hours))[0] <= at


def working_seconds(moments: Sequence[datetime], hours: WorkingHours) -> np.ndarray:
    """The working time from the earliest of the moments to each, n whole seconds, rounded down."""
    if not moments:
        return np.zeros(0, dtype=int)
    first, last = min(moments), max(moments)
    periods = list(takewhile(lambda period: period[0] <= last, working_periods(first, hours)))
    edges = [0.0, *((edge - first).total_seconds() for period in periods for edge in period)]
    worked = np.cumsum([0.0, *(length for start, end in periods for length in (0.0, (end - start).total_seconds()))])
    return np.floor(np.interp([(moment - first).total_seconds() for moment in moments], edges, worked) + 1e-6).astype(
        int
    )


def working_periods(at: datetime, hours: WorkingHours) -> Iterator[tuple[datetime, datetime]]:
    """The periods in which people work from `at` on, in UTC; the first one begins at `at` where it has begun."""
    day = at.astimezone(ZoneInfo(hours.zone)).date()
    for _ in range(MAX_DAYS):
        for start, end in _periods_of_day(day, hours):
            if end > at:
                yield max(start, at), end
        day += ONE_DAY


@lru_cache(maxsize=4096)
def _periods_of_day(day: date, hours: WorkingHours) -> tuple[tuple[datetime, datetime], ...]:
    if is_holiday(day, hours.holidays):
        return ()
    return tuple(_in_utc(day, period, ZoneInfo(hours.zone)) for period in hours.week[day.weekday()])


def _in_utc(day: date, period: Period, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """A period of a day in UTC, where its length is right on the days on which clocks are changed too."""
    start, end = period
    closes = datetime.combine(day, end) if end else datetime.combine(day + ONE_DAY, time())
    return tuple(moment.replace(tzinfo=zone).astimezone(UTC) for moment in (datetime.combine(day, start), closes))


def is_holiday(day: date, place: str) -> bool:
    """Whether a day is a public holiday of a country, or country and region ("GB-ENG"); "" has none."""
    return bool(place) and day in _holidays(place, day.year)


@lru_cache(maxsize=64)
def _holidays(place: str, year: int) -> frozenset[date]:
    """A year's holidays; none, and a warning in the log, for a place whose calendar is not known."""
    import holidays  # takes half a second

    country, _, region = place.partition("-")
    try:
        return frozenset(holidays.country_holidays(country, subdiv=region or None, years=year))
    except NotImplementedError as error:
        log.warning("No holidays are kept: %s. Mend holidays = %r in the taxonomy's [hours].", error, place)
        return frozenset()
