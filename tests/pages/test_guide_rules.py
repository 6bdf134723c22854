"""What the guide says of the desk's hours."""

import pytest

from data.working_hours import parse_working_hours
from pages.ui.guide.rules import _hours_sentence

WEEK = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "8:00-18:00")


@pytest.mark.parametrize(
    ("hours", "says"),
    [
        (
            {**WEEK, "zone": "Europe/London", "holidays": "GB-ENG", "around_the_clock": ["P1"]},
            "Monday to Friday 08:00 to 18:00 in Europe/London, except public holidays (GB-ENG); "
            "P1 runs around the clock.",
        ),
        (
            {"monday": "9:00-12:00, 13:00-24:00", "saturday": "10:00-14:00", "sunday": "10:00-14:00"},
            "Monday 09:00 to 12:00 and 13:00 to 24:00, Saturday to Sunday 10:00 to 14:00 in UTC.",
        ),
        (
            {"tuesday": "9:00-17:00", "thursday": "9:00-17:00"},
            "Tuesday 09:00 to 17:00, Thursday 09:00 to 17:00 in UTC.",
        ),
    ],
)
def test_days_of_equal_hours_in_a_row_are_named_together(hours, says):
    assert _hours_sentence(parse_working_hours(hours, "hours")) == f"Hours are working hours: {says}"
