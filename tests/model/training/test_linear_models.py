"""Linear models with one row of weights a class, however many classes there are."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from data.corpus import NO_CATEGORY
from model.confidence.calibration import softmax
from model.training.linear_models import (
    CATEGORY_OPTIONS,
    SVC_OPTIONS,
    VECTOR_OPTIONS,
    fit_linear_models,
    fit_on_vectors,
)

RANDOM = np.random.default_rng(0)
PLACES = np.repeat(np.eye(4), 12, axis=0)
X = np.abs(PLACES + RANDOM.normal(scale=0.2, size=PLACES.shape))
FOUR = np.repeat(["zebra", NO_CATEGORY, "apple", "milk"], 12)
LEVELS = np.column_stack([np.repeat(["low", "high"], 24), np.full(48, "medium")])
ONES = np.ones(48)
TWICE = csr_array(np.vstack([X, X]))


def guess(head, x):
    return np.array(head.classes)[head.outputs(x).argmax(axis=1)]


@pytest.fixture(scope="module")
def fitted():
    return fit_linear_models(TWICE, FOUR, LEVELS, ONES)


def test_classes_are_sorted_and_nowhere_is_last(fitted):
    assert fitted[0].classes == ("apple", "milk", "zebra", NO_CATEGORY)
    assert (guess(fitted[0], X) == FOUR).all()
    assert fit_on_vectors(X, FOUR, ONES).classes == fitted[0].classes
    assert (guess(fit_on_vectors(X, FOUR, ONES), X) == FOUR).all()


def test_outputs_are_the_margins_of_scikit_learn_in_that_order(fitted):
    theirs = LinearSVC(**CATEGORY_OPTIONS, **SVC_OPTIONS).fit(csr_array(X), FOUR)
    order = [theirs.classes_.tolist().index(one) for one in fitted[0].classes]
    assert fitted[0].outputs(X) == pytest.approx(theirs.decision_function(X)[:, order])


def test_two_classes_have_a_row_each(fitted):
    impact = fitted[1]
    assert impact.classes == ("high", "low")
    assert impact.weights.shape == (2, 4)
    assert (guess(impact, X) == LEVELS[:, 0]).all()


def test_the_two_margins_of_two_classes_are_as_far_apart_as_scikit_learns_one_is_from_nothing():
    two = FOUR[:24]
    ours, theirs = (make(X[:24], two, ONES[:24]) for make in (fit_on_vectors, LogisticRegression(**VECTOR_OPTIONS).fit))
    assert ours.classes == ("zebra", NO_CATEGORY)
    assert softmax(ours.outputs(X)) == pytest.approx(theirs.predict_proba(X)[:, ::-1])


def test_one_class_is_always_the_answer(fitted):
    urgency = fitted[2]
    assert urgency.classes == ("medium",)
    assert urgency.outputs(X).shape == (48, 1)
    assert (guess(urgency, X) == "medium").all()


def test_levels_are_learned_from_the_features_under_pressure_too():
    quiet = fit_linear_models(TWICE, FOUR, LEVELS, ONES)
    both = fit_linear_models(csr_array(np.vstack([X, X[:, ::-1]])), FOUR, LEVELS, ONES)
    assert np.array_equal(both[0].weights, quiet[0].weights), "the category is not"
    assert np.abs(quiet[1].weights).max() > 5 * np.abs(both[1].weights).max(), "under pressure each says the contrary"


def test_an_email_that_weighs_more_outvotes_those_that_weigh_less():
    """Three say apple of the same words, one that weighs ten says milk."""
    same, said = csr_array(np.ones((8, 1))), np.array(["apple", "apple", "apple", "milk"])
    levels = np.full((4, 2), "low")
    for weight, expected in ((1, "apple"), (10, "milk")):
        category = fit_linear_models(same, said, levels, np.array([1, 1, 1, weight]))[0]
        assert guess(category, np.ones((1, 1))) == [expected]
