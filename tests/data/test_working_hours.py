"""Working hours are data: each mistake in them is named."""

from datetime import time

import pytest

from data.working_hours import WorkingHours, parse_working_hours

DESK = {"zone": "Europe/London", "monday": "9:00-12:30, 13:30-17:00", "sunday": "22:00-24:00", "holidays": "GB-ENG"}


def test_days_that_are_not_named_are_free():
    hours = parse_working_hours({**DESK, "around_the_clock": ["P1"]}, "hours")
    assert hours.week[0] == ((time(9), time(12, 30)), (time(13, 30), time(17)))
    assert hours.week[1:6] == ((),) * 5
    assert hours.week[6] == ((time(22), None),), "None is the end of the day"
    assert (hours.zone, hours.holidays, hours.around_the_clock) == ("Europe/London", "GB-ENG", frozenset({"P1"}))


def test_a_team_takes_from_the_desk_what_it_does_not_say():
    desk = parse_working_hours({**DESK, "around_the_clock": ["P1"]}, "hours")
    assert parse_working_hours({}, "hours.teams.Security", desk) == desk
    team = parse_working_hours({"friday": "0:00-24:00", "around_the_clock": []}, "hours.teams.Security", desk)
    assert team == WorkingHours("Europe/London", ((),) * 4 + (((time(0), None),),) + ((),) * 2, "GB-ENG", frozenset())


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"zone": "Europe/Londn"}, r"\[hours\] zone is 'Europe/Londn': give a time zone such as Europe/London"),
        ({"monday": "9-17"}, r"\[hours\] monday is '9-17': give hours such as '9:00-17:30'"),
        ({"monday": "17:00-9:00"}, "the end after the start"),
        ({"monday": "9:60-17:00"}, "give hours such as"),
        ({"monday": "9:00-24:30"}, "give hours such as"),
        ({"monday": "9:00-13:00, 12:00-17:00"}, "name the hours in order, without overlap"),
        ({"monday": "", "sunday": ""}, "has no working day"),
        ({"mondy": "9:00-17:00"}, "does not know 'mondy': it takes around_the_clock, friday"),
    ],
)
def test_a_mistake_is_named_with_its_value_and_the_way_out(wrong, says):
    with pytest.raises(ValueError, match=says):
        parse_working_hours({**DESK, **wrong}, "hours")
