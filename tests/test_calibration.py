"""Arithmetic of confidence, on numbers that can be checked by hand."""

import numpy as np
import pytest

from model.calibration import expected_error, softmax, temperature
from model.evaluate import interval, macro_f1


def test_softmax_adds_up_and_a_high_temperature_levels_it():
    logits = np.array([[2.0, 0.0, 1.0], [1000.0, 0.0, 0.0]])
    assert softmax(logits).sum(axis=1) == pytest.approx([1, 1])
    assert softmax(logits, 1e9)[0] == pytest.approx([1 / 3] * 3)


def test_temperature_brings_overconfidence_down_to_what_is_right():
    random = np.random.default_rng(0)
    truth = np.where(random.random(4000) < 0.7, 0, 1)
    logits = np.tile([8.0, 0.0], (4000, 1))
    t = temperature(logits, truth)
    assert softmax(logits, t)[0, 0] == pytest.approx(truth.mean() * -1 + 1, abs=0.01)


def test_expected_error_by_hand():
    confidence, right = np.array([0.9, 0.9, 0.5, 0.5]), np.array([1, 1, 0, 1])
    assert expected_error(confidence, right, bins=2) == pytest.approx(0.05)


def test_macro_f1_by_hand():
    truth, guess = np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])
    assert macro_f1(truth, guess, 3) == pytest.approx((2 / 3 + 4 / 5) / 2)


def test_an_interval_over_groups_is_wider_than_over_items():
    values = np.repeat(np.random.default_rng(0).random(40) < 0.5, 10).astype(float)
    by_item = interval(lambda i: values[i].mean(), np.arange(400))
    by_group = interval(lambda i: values[i].mean(), np.repeat(np.arange(40), 10))
    assert by_item.value == by_group.value == pytest.approx(values.mean())
    assert by_group.high - by_group.low > 2 * (by_item.high - by_item.low)
