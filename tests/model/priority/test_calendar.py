"""An answer is due in working hours: over nights, weekends, holidays and changes of the clock."""

from datetime import UTC, datetime, timedelta

import pytest

from data.working_hours import parse_working_hours
from model.priority.calendar import add_working_time, is_holiday, is_open, response_due, working_seconds

WEEK = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "8:00-18:00")
LONDON = parse_working_hours({**WEEK, "zone": "Europe/London", "holidays": "GB-ENG"}, "hours")
ALWAYS = parse_working_hours(dict.fromkeys((*WEEK, "saturday", "sunday"), "0:00-24:00"), "hours")
NIGHT = parse_working_hours({"saturday": "20:00-24:00", "sunday": "0:00-6:00", "zone": "Europe/Berlin"}, "hours")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("came", "hours", "due", "why"),
    [
        ("2026-11-27 17:30", 8, "2026-11-30 15:30", "Friday evening: half an hour then, the rest on Monday"),
        ("2026-11-25 02:10", 4, "2026-11-25 12:00", "in the night: from when the desk opens"),
        ("2026-11-28 12:00", 1, "2026-11-30 09:00", "on a Saturday"),
        ("2026-11-25 08:00", 10, "2026-11-25 18:00", "exactly a day: at its end, not the next morning"),
        ("2026-11-25 18:00", 1, "2026-11-26 09:00", "as the desk closes"),
        ("2026-12-24 17:00", 2, "2026-12-29 09:00", "Christmas, Boxing Day on a Saturday kept on Monday"),
        ("2026-06-12 16:30", 1, "2026-06-15 07:30", "summer time: the desk is open from 7 to 17 UTC"),
        ("2026-03-27 17:30", 1, "2026-03-30 07:30", "the clock goes forward over the weekend"),
        ("2026-10-23 16:30", 1, "2026-10-26 08:30", "and back"),
    ],
)
def test_working_time_is_added(came, hours, due, why):
    assert add_working_time(at(came), timedelta(hours=hours), LONDON) == at(due), why


@pytest.mark.parametrize(
    ("came", "hours", "due"),
    [
        ("2026-03-28 18:00", 8, "2026-03-29 03:00"),  # the night has an hour less, 19:00 to 4:00 UTC
        ("2026-10-24 17:00", 11, "2026-10-25 05:00"),  # and one more, 18:00 to 5:00 UTC
    ],
)
def test_a_shift_through_the_night_of_the_change_has_its_true_length(came, hours, due):
    assert add_working_time(at(came), timedelta(hours=hours), NIGHT) == at(due)


def test_a_desk_that_never_closes_counts_every_hour():
    for came in ("2026-03-29 00:30", "2026-12-31 23:30"):
        assert add_working_time(at(came), timedelta(hours=30), ALWAYS) == at(came) + timedelta(hours=30)


def test_working_seconds_are_what_was_added():
    came = at("2026-12-23 03:00")
    dues = [add_working_time(came, timedelta(hours=hours), LONDON) for hours in (0, 1, 7.5, 40)]
    assert working_seconds([came, *dues], LONDON).tolist() == [0, 0, 3_600, 27_000, 144_000]
    assert working_seconds([], LONDON).tolist() == []


def test_whether_somebody_is_there():
    assert is_open(at("2026-11-25 08:00"), LONDON)
    assert not is_open(at("2026-11-25 18:00"), LONDON)
    assert not is_open(at("2026-12-25 10:00"), LONDON)


def test_holidays_are_those_of_the_place():
    second_of_january = at("2026-01-02 12:00").date()
    assert is_holiday(second_of_january, "GB-SCT")
    assert not is_holiday(second_of_january, "GB-ENG")
    assert not is_holiday(at("2026-12-25 12:00").date(), "")


def test_a_place_without_a_calendar_has_no_holidays_and_the_log_says_so(caplog):
    assert not is_holiday(at("2026-12-25 12:00").date(), "XX")
    assert "Mend holidays = 'XX' in the taxonomy's [hours]" in caplog.text


def test_the_most_urgent_runs_around_the_clock(taxonomy):
    category, saturday = taxonomy.categories["billing"], at("2026-11-28 12:00")
    assert response_due(category, "P1", saturday, taxonomy) == saturday + timedelta(hours=1)
    assert response_due(category, "P2", saturday, taxonomy) == at("2026-11-30 12:00")
