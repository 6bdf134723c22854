"""Figures of evidence, on numbers that can be checked by hand."""

import numpy as np
import pytest

from data.corpus import NO_CATEGORY, Example
from model.confidence.calibration import expected_error
from model.confidence.limits import Limits
from model.evaluation.held_out import HeldOutPredictions, correct_matrix
from model.evaluation.metrics import (
    accuracy_by_part,
    accuracy_if_informative,
    accuracy_of_surest,
    automation,
    bootstrap_interval,
    calibration_curve,
    compute_scores,
    confusion_matrix,
    macro_f1,
    shortlist_coverage,
)

CATEGORIES = ("a", "b", "c")
ANSWERS = [
    ("a", "", [0.8, 0.1, 0.1]),
    ("a", "b", [0.3, 0.6, 0.1]),
    ("b", "", [0.5, 0.4, 0.1]),
    ("b", "", [0.1, 0.9, 0.0]),
    (NO_CATEGORY, "", [0.7, 0.2, 0.1]),
]


@pytest.fixture
def evidence():
    examples = tuple(Example(str(i), "", "text", own, tuple(also)) for i, (own, also, _) in enumerate(ANSWERS))
    given = np.array([row for *_, row in ANSWERS])
    novelty = np.array([0.0, 0.0, 0.0, 0.9, 0.0])
    return HeldOutPredictions(examples, CATEGORIES, given, correct_matrix(examples, CATEGORIES), novelty, np.arange(5))


def test_scores_are_of_the_emails_that_fit_a_category(evidence):
    found = compute_scores(evidence)
    assert found.emails == 4
    assert found.accuracy.value == 3 / 4, "a second defensible one counts as right"
    assert found.surest.value == 1
    assert found.macro_f1.value == 1 / 2, "but in F1"
    inside = evidence.inside
    assert found.calibration_error.value == expected_error(inside.confidence, inside.hit)
    for one in (found.accuracy, found.surest, found.macro_f1, found.calibration_error):
        assert one.low <= one.value <= one.high


def test_the_limits_decide_a_share_and_what_fits_nothing_is_wrong_there(evidence):
    assert automation(evidence, Limits(0.55, 0.5)) == (3 / 5, pytest.approx(2 / 3))
    assert automation(evidence.inside, Limits(0.55, 0.5)) == (2 / 4, 1)
    assert automation(evidence, Limits(0.55, 1.0)) == (4 / 5, 3 / 4)
    assert automation(evidence, Limits(0.95, 1.0)) == (0, 0)


def test_a_shortlist_is_held_to_its_promise_on_what_is_inside(evidence):
    found = shortlist_coverage(evidence, 0.4)
    assert (found.held.value, found.length) == (1, 5 / 4)
    assert shortlist_coverage(evidence, 0.95).held.value == 3 / 4, "the likeliest is always on it"


def test_the_surest_are_those_of_the_highest_confidence():
    confidence, hit = np.array([0.1, 0.9, 0.5, 0.8, 0.2]), np.array([0, 1, 0, 1, 0])
    assert accuracy_of_surest(confidence, hit) == pytest.approx(2 / 3)
    assert accuracy_of_surest(confidence, hit, 0.4) == 1
    assert accuracy_of_surest(confidence, hit, 0.01) == 1, "one at least"


def test_macro_f1_is_over_the_categories_that_occur():
    truth, guess = np.array([0, 0, 1, 1]), np.array([0, 2, 1, 1])
    assert macro_f1(truth, guess, 3) == pytest.approx((2 / 3 + 1) / 2)
    assert macro_f1(truth, guess, 30) == macro_f1(truth, guess, 3)
    assert macro_f1(truth, truth, 3) == 1
    assert macro_f1(truth, 1 - truth, 3) == 0


def test_confusions_leave_out_what_fits_nothing_and_what_is_defensible(evidence):
    assert confusion_matrix(evidence).tolist() == [[2, 0, 0], [1, 1, 0], [0, 0, 0]]


def test_parts_are_of_what_is_inside_and_small_ones_are_left_out(evidence):
    rows = accuracy_by_part(evidence, lambda example: example.category)
    assert [(row.name, row.emails, row.right.value) for row in rows] == [("a", 2, 1), ("b", 2, 0.5)]
    rows = accuracy_by_part(evidence, lambda example: "first" if example.id == "0" else "rest", min_emails=3)
    assert [(row.name, row.emails, row.right.value) for row in rows] == [("rest", 3, pytest.approx(2 / 3))]


def test_reliability_is_what_the_calibration_error_is_summed_from():
    random = np.random.default_rng(0)
    confidence = random.random(1003)
    hit = random.random(1003) < confidence**2
    bins = calibration_curve(confidence, hit)
    assert [mean for mean, _, _ in bins] == sorted(mean for mean, _, _ in bins)
    assert sum(count for _, _, count in bins) == 1003
    error = sum(count * abs(mean - right) for mean, right, count in bins) / 1003
    assert error == pytest.approx(expected_error(confidence, hit))


def test_the_calibration_curve_is_scikit_learns_but_for_an_email_at_each_edge():
    from sklearn.calibration import calibration_curve as of_scikit_learn

    random = np.random.default_rng(0)
    confidence = random.random(1003)
    hit = random.random(1003) < confidence**2
    right, mean = of_scikit_learn(hit, confidence, n_bins=10, strategy="quantile")
    bins = calibration_curve(confidence, hit)
    assert [one[0] for one in bins] == pytest.approx(mean, abs=0.01)
    assert [one[1] for one in bins] == pytest.approx(right, abs=0.02)


def test_a_share_right_is_not_told_where_anybody_could_guess():
    assert accuracy_if_informative(np.array(["low", "high", "low"]), ["low", "high", "high"]) == pytest.approx(2 / 3)
    assert accuracy_if_informative(np.array(["low", "low"]), ["low", "low"]) is None


def test_an_interval_is_wider_over_groups_where_groups_repeat():
    values = np.repeat(np.random.default_rng(0).random(40) < 0.5, 10).astype(float)
    by_item = bootstrap_interval(lambda i: values[i].mean(), np.arange(400))
    by_group = bootstrap_interval(lambda i: values[i].mean(), np.repeat(np.arange(40), 10))
    assert by_item.value == by_group.value == pytest.approx(values.mean())
    assert by_group.high - by_group.low > 2 * (by_item.high - by_item.low)


def test_groups_are_drawn_whole_wherever_their_members_stand():
    group = np.random.default_rng(0).permutation(np.repeat(np.arange(30), np.arange(1, 31)))
    size = np.bincount(group)

    def whole(draw):
        drawn = np.bincount(group[draw], minlength=30)
        assert not (drawn % size).any()
        assert (drawn // size).sum() == 30
        return float(len(draw))

    found = bootstrap_interval(whole, group)
    assert found.low < found.value == len(group) < found.high


def test_nineteen_intervals_in_twenty_hold_the_truth():
    random = np.random.default_rng(1)
    held = 0
    for _ in range(150):
        values = random.random(120) < 0.7
        one = bootstrap_interval(lambda i, values=values: values[i].mean(), np.arange(120))
        held += one.low <= 0.7 <= one.high
    assert 0.9 < held / 150 < 0.99


def test_the_same_evidence_gives_the_same_interval():
    values = np.random.default_rng(2).random(50)
    assert bootstrap_interval(lambda i: values[i].mean(), np.arange(50)) == bootstrap_interval(
        lambda i: values[i].mean(), np.arange(50)
    )
