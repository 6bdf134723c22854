"""How often somebody may try."""

import pytest

from model.access.rate_limit import MAX_KEYS, RateLimit, RateLimiter, RateLimitExceeded


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def tries(limiter, who="ana", many=1):
    """How many of so many tries are let through."""
    passed = 0
    for _ in range(many):
        try:
            limiter.hit(who)
        except RateLimitExceeded:
            continue
        passed += 1
    return passed


def test_so_many_at_once_and_then_one_for_each_share_of_the_time():
    clock = Clock()
    limiter = RateLimiter(RateLimit(10, 60), clock)
    assert tries(limiter, many=20) == 10
    clock.now += 6
    assert tries(limiter, many=20) == 1
    clock.now += 60
    assert tries(limiter, many=20) == 10


def test_it_says_after_how_long_to_come_back_and_that_is_true():
    clock = Clock()
    limiter = RateLimiter(RateLimit(10, 60), clock)
    assert tries(limiter, many=10) == 10
    with pytest.raises(RateLimitExceeded) as late:
        limiter.hit("ana")
    assert late.value.seconds == 6
    clock.now += 5.9
    assert tries(limiter) == 0
    clock.now += 0.1
    assert tries(limiter) == 1


def test_everybody_is_counted_apart_and_can_begin_anew():
    limiter = RateLimiter(RateLimit(3, 60), Clock())
    assert tries(limiter, "ana", 5) == 3
    assert tries(limiter, "ben", 5) == 3
    limiter.clear("ana")
    assert tries(limiter, "ana", 5) == 3


def test_memory_is_bounded():
    limiter = RateLimiter(RateLimit(1, 60), Clock())
    for i in range(MAX_KEYS + 10):
        limiter.hit(str(i))
    assert tries(limiter, str(MAX_KEYS)) == 0, "the last ones are known"
    assert tries(limiter, "0") == 1, "the first ones are forgotten"
