"""Arithmetic of confidence, on numbers that can be checked by hand."""

import numpy as np
import pytest

from model.confidence.calibration import expected_error, log_softmax, softmax, temperature


def test_softmax_adds_up_and_a_high_temperature_levels_it():
    logits = np.array([[2.0, 0.0, 1.0], [1000.0, 0.0, 0.0]])
    assert softmax(logits).sum(axis=1) == pytest.approx([1, 1])
    assert softmax(logits, 1e9)[0] == pytest.approx([1 / 3] * 3)


def test_the_logarithm_is_that_of_the_softmax_and_stays_finite():
    logits = np.array([[2.0, 0.0, 1.0], [1000.0, 0.0, 0.0]])
    assert np.exp(log_softmax(logits)) == pytest.approx(softmax(logits))
    assert log_softmax(logits)[1] == pytest.approx([0, -1000, -1000])


def test_temperature_brings_overconfidence_down_to_what_is_right():
    random = np.random.default_rng(0)
    truth = np.where(random.random(4000) < 0.7, 0, 1)
    logits = np.tile([8.0, 0.0], (4000, 1))
    t = temperature(logits, truth)
    assert softmax(logits, t)[0, 0] == pytest.approx((truth == 0).mean(), abs=0.01)


def test_expected_error_by_hand():
    confidence, right = np.array([0.9, 0.9, 0.5, 0.5]), np.array([1, 1, 0, 1])
    assert expected_error(confidence, right, bins=2) == pytest.approx(0.05)
