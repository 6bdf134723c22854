"""How often somebody may try."""

import pytest

from model.access.rate_limit import MOST, RateLimit, RateLimiter, RateLimitExceeded


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def tries(throttle, who="ana", many=1):
    """How many of so many tries are let through."""
    passed = 0
    for _ in range(many):
        try:
            throttle.count(who)
        except RateLimitExceeded:
            continue
        passed += 1
    return passed


def test_so_many_at_once_and_then_one_for_each_share_of_the_time():
    clock = Clock()
    throttle = RateLimiter(RateLimit(10, 60), clock)
    assert tries(throttle, many=20) == 10
    clock.now += 6
    assert tries(throttle, many=20) == 1
    clock.now += 60
    assert tries(throttle, many=20) == 10


def test_it_says_after_how_long_to_come_back_and_that_is_true():
    clock = Clock()
    throttle = RateLimiter(RateLimit(10, 60), clock)
    assert tries(throttle, many=10) == 10
    with pytest.raises(RateLimitExceeded) as late:
        throttle.count("ana")
    assert late.value.seconds == 6
    clock.now += 5.9
    assert tries(throttle) == 0
    clock.now += 0.1
    assert tries(throttle) == 1


def test_everybody_is_counted_apart_and_can_begin_anew():
    throttle = RateLimiter(RateLimit(3, 60), Clock())
    assert tries(throttle, "ana", 5) == 3
    assert tries(throttle, "ben", 5) == 3
    throttle.clear("ana")
    assert tries(throttle, "ana", 5) == 3


def test_memory_is_bounded():
    throttle = RateLimiter(RateLimit(1, 60), Clock())
    for i in range(MOST + 10):
        throttle.count(str(i))
    assert tries(throttle, str(MOST)) == 0, "the last ones are known"
    assert tries(throttle, "0") == 1, "the first ones are forgotten"
