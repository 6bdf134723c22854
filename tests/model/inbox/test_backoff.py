"""The wait before the next try grows with each failure, is drawn at random, and has a ceiling."""

import pytest

from model.inbox.backoff import Backoff, Pace


@pytest.mark.parametrize(("failures", "seconds"), [(1, 1), (2, 2), (3, 4), (9, 256), (10, 300), (10_000, 300)])
def test_the_ceiling_doubles_up_to_five_minutes(failures, seconds):
    assert Backoff().ceiling(failures) == seconds


def test_a_wait_is_drawn_from_all_below_the_ceiling():
    assert Backoff().wait(3, draw=lambda least, most: (least, most)) == (0, 4)
    drawn = [Backoff().wait(4) for _ in range(200)]
    assert 0 <= min(drawn) < 2 < 6 < max(drawn) <= 8


def test_a_refused_password_is_tried_again_after_half_a_minute_at_the_soonest():
    refused = Pace().refused
    assert min(refused.wait(1) for _ in range(200)) >= 30
    assert refused.ceiling(1) == 60
    assert refused.ceiling(50) == 300


def test_a_floor_above_the_ceiling_is_the_ceiling():
    assert Backoff(first=1, least=30).ceiling(1) == 30
