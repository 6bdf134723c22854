"""Subscribers are told in order, and one that fails costs nobody anything."""

from model.events import Event


def test_subscribers_are_told_in_the_order_in_which_they_came():
    happened, told = Event("happened"), []
    happened.subscribe(lambda what: told.append(("first", what)))
    happened.subscribe(lambda what: told.append(("second", what)))
    happened.announce(7)
    assert told == [("first", 7), ("second", 7)]


def test_one_that_fails_is_logged_and_the_next_is_told(caplog):
    happened, told = Event("happened"), []
    happened.subscribe(lambda what: 1 / 0)
    happened.subscribe(told.append)
    happened.announce("mail")
    assert told == ["mail"]
    [logged] = caplog.records
    assert logged.exc_info[0] is ZeroDivisionError and "happened" in logged.getMessage()


def test_who_has_left_is_told_nothing():
    happened, told = Event("happened"), []
    leave = happened.subscribe(told.append)
    leave()
    happened.announce("mail")
    assert told == []
