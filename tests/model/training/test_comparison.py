"""A candidate and the model in use are told apart on the same emails, by honest answers, in plain words."""

import numpy as np
import pytest

from data.corpus import Example
from data.schema import Email, Received
from model.evaluation.held_out import HeldOutPredictions
from model.evaluation.reports import Interval
from model.training.comparison import changed_emails, newly_undecided, paired_accuracy, unseen_predictions
from model.training.comparison_report import (
    ON_LABELLED,
    ON_RANDOM_SAMPLE,
    ChangedEmail,
    ComparisonReport,
    read_comparison,
    verdict,
)
from tests.conftest import NOON

KEYS = ("a", "b")


def evidence(scores, truth):
    """Of emails whose probability of "a" is given."""
    p = np.array(scores, float)
    examples = tuple(Example(f"label:{i}", "", f"text {i}", category) for i, category in enumerate(truth))
    right = np.array([[key == one for key in KEYS] for one in truth])
    return HeldOutPredictions(examples, KEYS, np.column_stack([p, 1 - p]), right, np.zeros(len(p)), np.arange(len(p)))


def report(**parts):
    empty = {
        "labels": 5,
        "emails": 9,
        "compared": [],
        "by_category": [],
        "changes": [],
        "asked": [],
        "decided": [],
        "worth": None,
    }
    return ComparisonReport(before="old", after="new", **{**empty, **parts})


def row(name, emails, low, value, high):
    share = Interval(value=0.5, low=0.4, high=0.6)
    gain = Interval(value=value, low=low, high=high)
    return {"name": name, "emails": emails, "won": 3, "lost": 1, "before": share, "after": share, "gain": gain}


def test_the_gain_is_paired_so_that_equal_models_differ_by_nothing_for_certain():
    one = evidence([0.9, 0.2, 0.6, 0.3] * 25, "aabb" * 25)
    same = paired_accuracy("x", one, one)
    assert (same.gain.low, same.gain.value, same.gain.high) == (0, 0, 0)
    assert same.before.low < same.before.value < same.before.high


def test_a_gain_of_a_tenth_is_told_with_its_interval():
    truth = "a" * 200
    old, new = evidence([0.9] * 160 + [0.1] * 40, truth), evidence([0.9] * 180 + [0.1] * 20, truth)
    found = paired_accuracy("x", old, new)
    assert found.gain.value == pytest.approx(0.1)
    assert (found.won, found.lost) == (20, 0)
    assert 0.05 < found.gain.low < 0.1 < found.gain.high < 0.15


def test_emails_that_fit_nothing_are_no_part_of_it():
    assert paired_accuracy("x", evidence([0.9], ["none"]), evidence([0.1], ["none"])) is None


def test_what_a_model_learned_from_is_judged_by_answers_that_had_not(classifier):
    """A text that the model would be sure of, were it not for the kept answer."""
    example = Example("label:x", "", "Where is my parcel? The tracking shows nothing.", "delivery")
    keys = tuple(classifier.categories)
    unsure = np.full((1, len(keys)), 1 / len(keys))
    kept = HeldOutPredictions(
        (example,), keys, unsure, np.zeros((1, len(keys)), bool), np.array([0.5]), np.zeros(1, int)
    )
    other = Example("label:y", "", example.body, "delivery")
    found = unseen_predictions(classifier, kept, [example, other])
    assert found.confidence[0] == pytest.approx(1 / len(keys))
    assert found.novelty[0] == 0.5
    assert found.confidence[1] > 0.9


def test_emails_that_change_hands_come_the_surest_first_with_what_is_known_of_them():
    mail = [Received(str(i), NOON, "pool", Email(body="x")) for i in range(5)]
    old = evidence([0.6, 0.9, 0.2, 0.95, 0.7], ["a", "b", "a", "a", ""])
    new = evidence([0.4, 0.1, 0.1, 0.90, 0.1], ["a", "b", "a", "a", ""])
    found = changed_emails(mail, old, new)
    assert [(one.email_id, one.better) for one in found] == [("1", True), ("4", None), ("0", False)]
    assert (found[0].before, found[0].after, found[0].sure) == ("a", "b", 0.9)


def test_decisions_that_turn_into_questions():
    mail = [Received(str(i), NOON, "pool", Email(body="x")) for i in range(4)]
    was, would = np.array([True, True, False, False]), np.array([True, False, True, False])
    assert newly_undecided(mail, was, would) == ["1"]
    assert newly_undecided(mail, would, was) == ["2"]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (
            [row(ON_RANDOM_SAMPLE, 100, 0.008, 0.021, 0.035)],
            "Better by 2.1 points (0.8 to 3.5) on 100 emails drawn at random.",
        ),
        ([row(ON_RANDOM_SAMPLE, 100, -0.035, -0.021, -0.008)], "Worse by 2.1 points (0.8 to 3.5)"),
        ([row(ON_RANDOM_SAMPLE, 100, -0.01, 0.01, 0.03)], "No difference can be told (-1.0 to +3.0 points"),
        (
            [row(ON_RANDOM_SAMPLE, 12, 0.01, 0.02, 0.03), row(ON_LABELLED, 80, 0.01, 0.02, 0.03)],
            "on 80 emails labelled here",
        ),
        (
            [row(ON_RANDOM_SAMPLE, 12, 0.01, 0.02, 0.03), row(ON_LABELLED, 29, 0.01, 0.02, 0.03)],
            "too thin to tell which is better: 29",
        ),
        ([], "too thin to tell which is better: 0"),
    ],
)
def test_the_sentence_says_what_the_figures_mean_and_when_they_mean_nothing(rows, says):
    assert says in verdict(report(compared=rows))


def test_the_sentence_counts_who_changes_hands():
    def moved(better):
        return ChangedEmail(email_id="x", before="a", after="b", sure=0.9, truth="", better=better)

    told = verdict(report(changes=[moved(b) for b in (True, True, False, None, None, None)]))
    assert told.endswith("6 emails change hands: 2 for the better, 1 for the worse, 3 can't be told.")
    assert verdict(report()).endswith("No email changes hands.")


def test_a_report_in_the_shape_of_another_version_is_none():
    whole = report(compared=[row(ON_RANDOM_SAMPLE, 100, 0.1, 0.2, 0.3)])
    assert read_comparison(whole.model_dump_json()) == whole
    assert read_comparison('{"before": "old"}') is None
    assert read_comparison("{") is None
