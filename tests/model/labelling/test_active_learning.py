"""What is labelled next teaches most: uncertain, and unlike what came before."""

import numpy as np

from model.labelling.active_learning import margins, most_confused_pair, teaching_order


def sure(*best):
    """Scores over two categories, the best one's share given."""
    return np.array([[share, 1 - share] for share in best])


def test_a_margin_is_best_minus_second():
    scores = np.array([[0.5, 0.3, 0.2], [0.1, 0.1, 0.8], [0.4, 0.4, 0.2]])
    assert np.allclose(margins(scores), [0.2, 0.7, 0.0])


def test_the_least_certain_come_first():
    texts = ["red wall", "blue boat", "green tree", "cold lake"]
    assert teaching_order(sure(0.9, 0.5, 0.7, 0.6), texts, [], 3) == [1, 3, 2]


def test_look_alikes_of_the_least_certain_do_not_follow_each_other():
    texts = [f"where is my parcel number {i}" for i in range(50)] + ["the invoice is wrong", "please end my plan"]
    scores = sure(*[0.5] * 50, 0.65, 0.7)
    assert set(teaching_order(scores, texts, [], 3)) > {50, 51}


def test_what_was_just_labelled_is_not_asked_in_other_words_again():
    texts = ["where is my parcel", "the invoice is wrong"]
    assert teaching_order(sure(0.5, 0.6), texts, ["so where is my parcel"], 1) == [1]


def test_there_may_be_nothing_or_less_than_was_asked_for():
    assert teaching_order(np.zeros((0, 3)), [], [], 5) == []
    assert teaching_order(sure(0.5), ["x"], [], 5) == [0]
    assert sorted(teaching_order(sure(0.5, 0.6), ["", "12 34"], ["", "?"], 5)) == [0, 1]


def test_the_order_is_the_same_every_time():
    scores = np.random.default_rng(0).dirichlet(np.ones(5), 300)
    texts = [f"word{i % 17} word{i % 23} word{i % 5}" for i in range(300)]
    assert teaching_order(scores, texts, texts[:9], 60) == teaching_order(scores, texts, texts[:9], 60)
    assert len(set(teaching_order(scores, texts, [], 60))) == 60


def test_the_two_categories_that_are_confused_most():
    scores = np.array([[0.5, 0.45, 0.05], [0.4, 0.5, 0.1], [0.05, 0.05, 0.9]])
    assert most_confused_pair(scores, ("refund", "billing", "praise")) == ("refund", "billing")
    assert most_confused_pair(np.zeros((0, 2)), ("a", "b")) is None
