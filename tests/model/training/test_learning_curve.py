"""What the next labels are worth is foretold with an interval that holds, and not at all where it is too early."""

from itertools import product

import numpy as np
import pytest

from data.corpus import Example
from model.training.learning_curve import (
    CURVE_STEPS,
    MIN_CURVE_EMAILS,
    LearningCurve,
    curve_points,
    curve_sizes,
    expected_gain,
    measure_curve,
)

AT = np.array([0, 50, 100, 150, 200])


def curve(error, emails=600, seed=0, labels=300):
    """Emails that are each right once their own difficulty is below the share right, as a model that learns does."""
    difficulty = np.random.default_rng(seed).random(emails)
    hits = np.array([difficulty > error(n) for n in AT])
    return LearningCurve(labels, AT, hits, np.arange(emails))


def power(n):
    return 0.4 * (1 + n / 30) ** -0.2


def flat(n):
    return 0.3


def test_sizes_go_from_none_to_all_in_equal_steps():
    assert curve_sizes(200) == [0, 50, 100, 150, 200]
    assert len(curve_sizes(7)) == CURVE_STEPS + 1


@pytest.mark.parametrize("more", [50, 300])
def test_the_interval_holds_what_really_comes(more):
    really = power(300) - power(300 + more)
    told = [expected_gain(curve(power, seed=seed), more) for seed in range(20)]
    assert sum(one.low <= really <= one.high for one in told) >= 17
    assert all(one.high < 0.2 for one in told), "and it is no excuse"
    assert np.mean([one.value for one in told]) == pytest.approx(really, abs=0.02)


def test_a_flat_curve_promises_nothing():
    told = expected_gain(curve(flat))
    assert told.value == pytest.approx(0, abs=0.005)
    assert told.low <= 0 <= told.high


def test_a_falling_curve_promises_no_gain():
    assert expected_gain(curve(lambda n: 0.3 + n / 2000)).value < 0


def test_it_is_too_early_to_tell_from_a_handful():
    assert expected_gain(curve(power, emails=MIN_CURVE_EMAILS - 1)) is None
    assert expected_gain(curve(power, emails=MIN_CURVE_EMAILS)) is not None
    whole = curve(power)
    assert expected_gain(LearningCurve(whole.labels, whole.sizes[:3], whole.hits[:3], whole.group)) is None


def test_a_curve_without_any_error_can_be_continued():
    assert expected_gain(curve(lambda n: -1.0)).value == pytest.approx(0, abs=0.002)


def test_points_are_the_share_right_with_an_interval():
    found = curve_points(curve(power))
    assert [size for size, _ in found] == AT.tolist()
    shares = [share.value for _, share in found]
    assert shares == pytest.approx([1 - power(n) for n in AT], abs=0.05)
    assert all(0.02 < share.value - share.low < 0.06 for _, share in found)


def test_labels_of_a_kind_that_the_corpus_lacks_make_the_curve_rise(taxonomy):
    """The corpus knows shades; the desk calls them by other words, which only its labels teach."""
    rooms = ["kitchen", "hallway", "cellar", "balcony", "attic", "bathroom", "porch", "garage"]
    ours = [
        Example(f"o{i}", "", f"{shade} {room}", colour)
        for i, ((colour, shade), room) in enumerate(product((("red", "ruby"), ("blue", "navy")), rooms))
    ]
    words = {"red": ["vermilion", "carmine"], "blue": ["cyan", "turquoise"]}
    texts = [
        (colour, f"{word} {room} {n}") for n, room in enumerate(rooms * 2) for colour in words for word in words[colour]
    ]
    labels = [Example(f"l{i}", "", text, colour) for i, (colour, text) in enumerate(texts)]
    told = []
    found = measure_curve(ours, labels, taxonomy, [0, 30, 64], told.append)
    assert found.labels == len(labels)
    assert found.hits.shape == (3, len(labels))
    shares = found.hits.mean(axis=1)
    assert shares[0] < 0.8 < 0.95 < shares[2]
    assert told == sorted(told)
    assert told[-1] == 1
