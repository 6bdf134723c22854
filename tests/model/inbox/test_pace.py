"""The wait before the next try grows with each failure, is drawn at random, and has a ceiling."""

import pytest
from tenacity import RetryCallState, wait_exponential, wait_random_exponential

from model.inbox.watcher import Pace


def after(failures):
    state = RetryCallState(None, None, (), {})
    state.attempt_number = failures
    return state


def ceiling(wait, failures):
    return wait_exponential.__call__(wait, after(failures))


@pytest.mark.parametrize(("failures", "seconds"), [(1, 1), (2, 2), (3, 4), (9, 256), (10, 300), (10_000, 300)])
def test_the_ceiling_doubles_up_to_five_minutes(failures, seconds):
    assert ceiling(Pace().usual, failures) == seconds


def test_a_wait_is_drawn_from_all_below_the_ceiling():
    drawn = [Pace().usual(after(4)) for _ in range(200)]
    assert 0 <= min(drawn) < 2 < 6 < max(drawn) <= 8


def test_a_refused_password_is_tried_again_after_half_a_minute_at_the_soonest():
    refused = Pace().refused
    assert min(refused(after(1)) for _ in range(200)) >= 30
    assert ceiling(refused, 1) == 60
    assert ceiling(refused, 50) == 300


def test_a_floor_above_the_ceiling_is_the_ceiling():
    assert ceiling(wait_random_exponential(multiplier=1, min=30, max=300), 1) == 30
