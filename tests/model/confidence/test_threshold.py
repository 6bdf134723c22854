"""Careful or bold: a week's arithmetic, and a promise that is hardly ever broken."""

import numpy as np
import pytest
from scipy.stats import beta

from data.corpus import NO_CATEGORY, Example
from model.confidence.limits import Limits
from model.confidence.threshold import (
    CONFIDENCE_LEVEL,
    THRESHOLDS,
    TeamCosts,
    WeekOutcome,
    boldest_safe_threshold,
    cheapest_week,
    clopper_pearson_bound,
    shares_decided,
    week_at,
    week_at_each_threshold,
)
from model.evaluation.backtest import backtest_of, backtest_of_scores, predict_own_mail
from model.evaluation.held_out import HeldOutPredictions, correct_matrix

DESK = TeamCosts(volume=300, minutes=2, hour=30, misrouted=5)
SURE, HIT = np.array([0.9, 0.6, 0.4]), np.array([True, False, True])
DESKS = 2_000
LIMIT = 0.1


def calibrated(random, count):
    """Right as often as it is sure; at a threshold t, (1 - t) / 4 of what is decided is wrong."""
    sure = 1 - 0.7 * random.random(count) ** 3
    return sure, random.random(count) < sure


@pytest.mark.parametrize(
    ("threshold", "share", "errors", "minutes", "money", "right"),
    [
        (0.95, 0, 0, 600, 300, 0),
        (0.7, 1 / 3, 0, 400, 200, 1),
        (0.6, 2 / 3, 100, 200, 600, 0.5),
        (0.3, 1, 100, 0, 500, 2 / 3),
    ],
)
def test_a_week_of_three_emails_by_hand(threshold, share, errors, minutes, money, right):
    one = week_at(SURE, HIT, DESK, threshold)
    assert (one.share, one.errors, one.minutes, one.money, one.right) == pytest.approx(
        (share, errors, minutes, money, right)
    )


def test_there_is_a_week_for_each_setting_and_more_is_decided_the_bolder_it_is():
    all_weeks = week_at_each_threshold(SURE, HIT, DESK)
    assert [one.threshold for one in all_weeks] == list(THRESHOLDS)
    assert [THRESHOLDS[0], THRESHOLDS[-1]] == [0.3, 0.99]
    shares = [one.share for one in all_weeks]
    assert shares == sorted(shares, reverse=True)


def test_the_cheapest_week_costs_least_and_is_careful_among_equals():
    best = cheapest_week(week_at_each_threshold(SURE, HIT, DESK))
    assert (best.threshold, best.money) == (0.9, pytest.approx(200))
    dear = WeekOutcome(0.9, 0.5, 0.0, 0.0, 0.0, money=9.0)
    assert cheapest_week([dear, WeekOutcome(0.3, 1.0, 0.0, 0.0, 0.0, money=7.0), dear]).money == 7.0


def test_where_errors_cost_nothing_the_machine_decides_all():
    assert cheapest_week(week_at_each_threshold(SURE, HIT, TeamCosts(300, 2, 30, misrouted=0))).share == 1


@pytest.mark.parametrize("chance", [0.05, 0.01])
@pytest.mark.parametrize(("wrong", "count"), [(0, 1), (0, 300), (1, 2), (7, 80), (299, 300)])
def test_the_bound_is_that_of_clopper_and_pearson(wrong, count, chance):
    assert clopper_pearson_bound(wrong, count, chance) == pytest.approx(beta.ppf(1 - chance, wrong + 1, count - wrong))


def test_nothing_can_be_said_of_no_emails_or_of_errors_alone():
    assert clopper_pearson_bound(0, 0, 0.05) == clopper_pearson_bound(3, 3, 0.05) == 1


def test_a_promise_is_false_on_one_desk_in_twenty_at_most_where_every_setting_errs_at_the_limit():
    random = np.random.default_rng(0)
    false = 0
    for _ in range(DESKS):
        sure, hit = random.uniform(0.3, 1, 400), random.random(400) >= LIMIT
        false += boldest_safe_threshold(sure, hit, np.arange(400), LIMIT) is not None
    assert 0 < false / DESKS <= 1 - CONFIDENCE_LEVEL + 0.01


def test_a_promise_is_hardly_ever_too_bold_on_calibrated_desks():
    random = np.random.default_rng(1)
    safe = 1 - 4 * LIMIT
    promised = [boldest_safe_threshold(*calibrated(random, 1_000), np.arange(1_000), LIMIT) for _ in range(DESKS // 4)]
    found = np.array([one for one in promised if one is not None])
    assert len(found) > 0.9 * len(promised), "a promise can be made"
    assert (found < safe).sum() / len(promised) <= 1 - CONFIDENCE_LEVEL + 0.02


def test_with_much_evidence_the_promise_comes_close_to_what_is_true():
    assert (
        0.6 <= boldest_safe_threshold(*calibrated(np.random.default_rng(2), 50_000), np.arange(50_000), LIMIT) <= 0.63
    )


def test_a_series_ends_with_the_first_setting_that_fails():
    sure, hit = np.repeat([0.95, 0.86], [5_000, 1_000]), np.repeat([True, False], [5_000, 1_000])
    assert boldest_safe_threshold(sure, hit, np.arange(6_000), LIMIT) == 0.87
    assert boldest_safe_threshold(sure[:5_000], hit[:5_000], np.arange(5_000), LIMIT) == THRESHOLDS[0]


def test_a_few_errors_among_the_very_surest_do_not_cost_the_promise():
    """Where only a handful is over 0.99 sure there is nothing to test; the series begins where enough is decided."""
    sure, hit = np.repeat([0.995, 0.95], [20, 5_000]), np.repeat([False, True], [20, 5_000])
    assert boldest_safe_threshold(sure, hit, np.arange(5_020), LIMIT) == THRESHOLDS[0]


def test_too_little_evidence_gives_no_promise():
    for count, promised in ((43, None), (44, THRESHOLDS[0])):
        assert boldest_safe_threshold(np.ones(count), np.ones(count, bool), np.arange(count), LIMIT) == promised
    assert boldest_safe_threshold(np.zeros(0), np.zeros(0, bool), np.zeros(0, int), LIMIT) is None


def test_emails_that_a_person_gets_whatever_the_setting_are_no_evidence():
    assert boldest_safe_threshold(np.zeros(500), np.ones(500, bool), np.arange(500), LIMIT) is None


def test_look_alikes_count_once():
    random = np.random.default_rng(3)
    sure, hit = calibrated(random, 300)
    again = np.repeat(np.arange(300), random.integers(1, 9, 300))
    assert boldest_safe_threshold(sure[again], hit[again], again, LIMIT) == boldest_safe_threshold(
        sure, hit, np.arange(300), LIMIT
    )
    assert boldest_safe_threshold(np.ones(400), np.ones(400, bool), np.arange(400) // 10, LIMIT) is None, (
        "40 groups are too few"
    )


@pytest.fixture
def evidence():
    """Right, wrong, right but novel, and two that fit nothing, of which one is novel."""
    kinds = ["a", "b", "b", NO_CATEGORY, NO_CATEGORY]
    examples = tuple(Example(str(i), "", "text", kind) for i, kind in enumerate(kinds))
    given = np.array([[0.9, 0.1], [0.8, 0.2], [0.0, 1.0], [0.7, 0.3], [0.6, 0.4]])
    novelty = np.array([0.1, 0.2, 0.6, 0.5, 0.9])
    return HeldOutPredictions(
        examples, ("a", "b"), given, correct_matrix(examples, ("a", "b")), novelty, np.array([0, 0, 1, 2, 3])
    )


def test_novel_mail_is_never_sure(evidence):
    tried = backtest_of(evidence, 0.6)
    assert tried.sure.tolist() == [0.9, 0.8, 0.0, 0.7, 0.0]
    assert tried.confidence.tolist() == [0.9, 0.8, 1.0, 0.7, 0.6]
    assert backtest_of(evidence, 0.0).sure.tolist() == [0.0] * 5
    assert tried.group.tolist() == evidence.group.tolist()
    assert tried.predictions is evidence


def test_what_fits_nothing_is_wrong_when_it_is_decided(evidence):
    tried = backtest_of(evidence, 0.6)
    assert tried.hit.tolist() == [True, False, True, False, False]
    assert shares_decided(tried.sure, tried.hit, 0.75) == (2 / 5, 1 / 5)
    assert shares_decided(tried.sure, tried.hit, 0.5) == (3 / 5, 2 / 5)


def test_a_trial_decides_what_its_evidence_decides(evidence):
    for limit in (0.2, 0.6, 1.0):
        for threshold in (0.3, 0.65, 0.8):
            assert (
                (backtest_of(evidence, limit).sure >= threshold) == evidence.decided(Limits(threshold, limit))
            ).all()


def test_answers_alone_make_the_same_trial(evidence):
    answers = list(zip(evidence.confidence.tolist(), evidence.novelty.tolist(), evidence.hit.tolist(), strict=True))
    ours, theirs = backtest_of(evidence, 0.6), backtest_of_scores(answers, 0.6)
    for column in ("confidence", "sure", "hit"):
        assert np.array_equal(getattr(theirs, column), getattr(ours, column)), column
    assert len(set(theirs.group)) == 5, "nothing is known of look-alikes"
    assert theirs.predictions is None


def test_labels_are_keys_or_names_and_strange_ones_are_counted(classifier, taxonomy):
    labels = ["how_to", "How-to question", "SECURITY  and privacy ", "none", "Warranty", "warranty", "Warranty", "!"]
    own = [Example(str(i), "", f"mail number {label}", label, also=("Refund", "x")) for i, label in enumerate(labels)]
    found, strange = predict_own_mail(own, classifier, taxonomy)
    assert [example.category for example in found.examples] == ["how_to", "how_to", "security_privacy", NO_CATEGORY]
    assert {example.also for example in found.examples} == {("refund", "x")}
    assert strange == {"Warranty": 2, "warranty": 1, "!": 1}


def test_an_own_test_is_judged_by_the_labels_it_came_with(tiny, taxonomy):
    own = [Example("1", "", "the scarlet hallway", "Red "), Example("2", "", "the cobalt cellar", "RED")]
    found, strange = predict_own_mail(own, tiny.classifier, taxonomy)
    assert (found.hit.tolist(), strange) == ([True, False], {})


def test_an_own_test_without_one_known_label_is_none(tiny, taxonomy):
    assert predict_own_mail([Example("1", "", "the scarlet hallway", "green")], tiny.classifier, taxonomy) == (
        None,
        {"green": 1},
    )
