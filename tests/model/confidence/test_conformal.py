"""The shortlist holds a right category as often as was promised."""

import numpy as np
import pytest

from model.confidence.calibration import softmax
from model.confidence.conformal import PROMISED_COVERAGE, fit_least_share, shortlists

KINDS = 4
ROUNDS = 400


def answers(random, count):
    """Scores and truth of emails that are all of one make, n x KINDS both."""
    right = np.eye(KINDS, dtype=bool)[random.integers(KINDS, size=count)]
    return softmax(random.normal(size=(count, KINDS)) + 1.5 * right), right


def alike(random, count, members):
    """Groups of look-alikes: each answer again, a little different, as often as the group has members."""
    scores, right = (np.repeat(part, members, axis=0) for part in answers(random, count))
    scores = softmax(np.log(scores) + random.normal(scale=0.3, size=scores.shape))
    return scores, right, np.repeat(np.arange(count), members)


def held(scores, right, least):
    return ((scores >= least) & right).any(axis=1).mean()


@pytest.mark.parametrize("promise", [0.8, 0.9, 0.95])
def test_a_promise_is_kept_and_not_overdone(promise):
    random, count = np.random.default_rng(1), 60
    kept = []
    for _ in range(ROUNDS):
        least = fit_least_share(*answers(random, count), np.arange(count), promise)
        kept.append(held(*answers(random, 100), least))
    assert promise - 0.01 < np.mean(kept) < promise + 1 / (count + 1) + 0.01


def test_a_promise_is_kept_where_look_alikes_differ_in_number():
    random, count = np.random.default_rng(2), 60
    kept = []
    for _ in range(ROUNDS):
        least = fit_least_share(*alike(random, count, random.integers(1, 12, size=count)))
        scores, right, _ = alike(random, 100, np.ones(100, int))
        kept.append(held(scores, right, least))
    assert np.mean(kept) > PROMISED_COVERAGE - 0.01


def test_look_alikes_count_once():
    random = np.random.default_rng(3)
    scores, right = answers(random, 80)
    hard = scores[right] < 0.3
    again = np.repeat(np.arange(80), np.where(hard, 25, 1))
    once = fit_least_share(scores, right, np.arange(80))
    assert fit_least_share(scores[again], right[again], again) == once
    assert fit_least_share(scores[again], right[again], np.arange(len(again))) < once


def test_emails_that_fit_nothing_are_left_out():
    scores, right = answers(np.random.default_rng(4), 80)
    group = np.arange(80)
    outside = np.concatenate([right, np.zeros((40, KINDS), bool)])
    more = np.concatenate([scores, scores[:40]])
    assert fit_least_share(more, outside, np.arange(120)) == fit_least_share(scores, right, group)


def test_the_best_of_two_right_categories_counts():
    scores, right = np.array([[0.6, 0.3, 0.1]] * 20), np.array([[True, True, False]] * 20)
    assert fit_least_share(scores, right, np.arange(20)) == 0.6


def test_more_is_promised_by_longer_lists():
    scores, right = answers(np.random.default_rng(5), 200)
    shares = [fit_least_share(scores, right, np.arange(200), promise) for promise in (0.5, 0.7, 0.8, 0.9, 0.95, 0.99)]
    assert shares == sorted(shares, reverse=True)
    lengths = [shortlists(scores, least).sum() for least in shares]
    assert lengths == sorted(lengths)
    assert lengths[0] < lengths[-1]


@pytest.mark.parametrize("least", [0.0, 0.3, 1.1])
def test_a_shortlist_always_holds_the_likeliest(least):
    scores, _ = answers(np.random.default_rng(6), 200)
    listed = shortlists(scores, least)
    assert listed[np.arange(200), scores.argmax(axis=1)].all()
    assert np.array_equal(listed.sum(axis=1), np.maximum((scores >= least).sum(axis=1), 1))
