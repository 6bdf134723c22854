"""Answers beside their truth: what is right, what is inside, what would be decided."""

import numpy as np
import pytest

from data.corpus import NO_CATEGORY, Example
from model.confidence.limits import Limits
from model.evaluation.held_out import HeldOutPredictions, correct_matrix, predict_held_out

CATEGORIES = ("billing", "delivery", "refund")
EXAMPLES = (
    Example("sure", "", "You charged me twice", "billing"),
    Example("wrong", "", "The box is still not here", "delivery"),
    Example("either", "", "Charged for what I sent back", "billing", also=("refund",)),
    Example("nowhere", "", "Lovely weather in Rome", NO_CATEGORY),
    Example("unsure", "", "Money back please", "refund"),
)
SCORES = np.array([[0.9, 0.1, 0.0], [0.8, 0.1, 0.1], [0.2, 0.2, 0.6], [0.1, 0.7, 0.2], [0.3, 0.3, 0.4]])


@pytest.fixture
def evidence():
    novelty = np.array([0.1, 0.2, 0.3, 0.9, 0.8])
    return HeldOutPredictions(
        EXAMPLES, CATEGORIES, SCORES, correct_matrix(EXAMPLES, CATEGORIES), novelty, np.array([0, 1, 1, 2, 3])
    )


def test_the_likeliest_category_is_the_guess(evidence):
    assert evidence.guess.tolist() == [0, 0, 2, 1, 2]
    assert evidence.confidence.tolist() == [0.9, 0.8, 0.6, 0.7, 0.4]


def test_a_second_defensible_category_counts_as_right(evidence):
    assert evidence.right[2].tolist() == [True, False, True]
    assert evidence.hit.tolist() == [True, False, True, False, True]
    assert evidence.truth.tolist() == [0, 1, 0, -1, 2], "but is not the truth"


def test_what_fits_nothing_is_outside_and_wrong_when_decided(evidence):
    assert not evidence.right[3].any()
    decided = evidence.decided(Limits(0.5, 1.0))
    assert decided.tolist() == [True, True, True, True, False]
    assert not evidence.hit[decided][3]
    assert [example.id for example in evidence.inside.examples] == ["sure", "wrong", "either", "unsure"]


def test_it_takes_both_to_decide(evidence):
    assert evidence.decided(Limits(0.9, 0.2)).tolist() == [True, False, False, False, False]
    assert not evidence.decided(Limits(0.9, 0.1)).any(), "novelty has to be below its limit"


@pytest.mark.parametrize("chosen", [np.array([True, False, False, False, True]), np.array([0, 4])])
def test_a_part_is_chosen_in_every_column(evidence, chosen):
    part = evidence.only(chosen)
    assert [example.id for example in part.examples] == ["sure", "unsure"]
    assert part.scores.tolist() == SCORES[[0, 4]].tolist()
    assert part.right.tolist() == [[True, False, False], [False, False, True]]
    assert part.novelty.tolist() == [0.1, 0.8]
    assert part.group.tolist() == [0, 3]
    assert part.categories == CATEGORIES


def test_indices_choose_in_their_own_order_and_more_than_once(evidence):
    assert [example.id for example in evidence.only(np.array([4, 0, 4])).examples] == ["unsure", "sure", "unsure"]


def test_nothing_can_be_chosen(evidence):
    none = evidence.only(np.zeros(5, bool))
    assert none.examples == ()
    assert none.scores.shape == none.right.shape == (0, 3)


def test_a_classifiers_answers_on_labelled_mail_are_evidence(tiny):
    labelled = [
        Example("a", "", "the scarlet hallway", "red"),
        Example("b", "", "the cobalt cellar", "red"),
        Example("c", "", "the cobalt cellar", "blue"),
        Example("d", "", "an olive attic", NO_CATEGORY),
    ]
    found = predict_held_out(tiny.classifier, labelled)
    readings = tiny.classifier.read([example.text for example in labelled])
    assert found.categories == ("blue", "red")
    assert [dict(zip(found.categories, row, strict=True)) for row in found.scores.tolist()] == [
        reading.scores for reading in readings
    ]
    assert found.hit.tolist() == [True, False, True, False]
    assert found.group[1] == found.group[2] != found.group[0]
    assert found.novelty[3] > found.novelty[0]
