"""Every knob is read once, and one that is turned too far says so."""

import pytest

from data import settings


def test_defaults_and_what_the_environment_says():
    assert settings.read_settings({}).decide_above == 0.7
    read = settings.read_settings({"MAILROOM_DECIDE_ABOVE": "0.9", "DATABASE_URL": "sqlite:///x.db", "PATH": "/bin"})
    assert (read.decide_above, read.database_url) == (0.9, "sqlite:///x.db")


@pytest.mark.parametrize(
    ("knob", "value"),
    [
        ("MAILROOM_DECIDE_ABOVE", "abc"),
        ("MAILROOM_DECIDE_ABOVE", "2"),
        ("MAILROOM_DECIDE_ABOVE", "nan"),
        ("MAILROOM_WAIT_SECONDS", "1e12"),
        ("MAILROOM_WAIT_SECONDS", "inf"),
        ("MAILROOM_WAIT_SECONDS", "0"),
    ],
)
def test_a_knob_turned_too_far_names_itself_and_its_value(knob, value):
    with pytest.raises(ValueError, match=rf"{knob}='{value}': .* Change it, or take it out\."):
        settings.read_settings({knob: value})
