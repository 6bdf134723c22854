"""Arithmetic of confidence, on numbers that can be checked by hand."""

import numpy as np
import pytest

from model.confidence.calibration import TemperatureScaling, expected_error, log_softmax, softmax


def test_softmax_adds_up_and_a_high_temperature_levels_it():
    logits = np.array([[2.0, 0.0, 1.0], [1000.0, 0.0, 0.0]])
    assert softmax(logits).sum(axis=1) == pytest.approx([1, 1])
    assert softmax(TemperatureScaling(1e9).apply(logits))[0] == pytest.approx([1 / 3] * 3)


def test_the_logarithm_is_that_of_the_softmax_and_stays_finite():
    logits = np.array([[2.0, 0.0, 1.0], [1000.0, 0.0, 0.0]])
    assert np.exp(log_softmax(logits)) == pytest.approx(softmax(logits))
    assert log_softmax(logits)[1] == pytest.approx([0, -1000, -1000])


def test_temperature_brings_overconfidence_down_to_what_is_right():
    random = np.random.default_rng(0)
    truth = np.where(random.random(4000) < 0.7, 0, 1)
    logits = np.tile([8.0, 0.0], (4000, 1))
    calibration = TemperatureScaling.fit(logits, truth)
    assert softmax(calibration.apply(logits))[0, 0] == pytest.approx((truth == 0).mean(), abs=0.01)


def test_expected_error_by_hand():
    confidence, right = np.array([0.9, 0.9, 0.5, 0.5]), np.array([1, 1, 0, 1])
    assert expected_error(confidence, right, bins=2) == pytest.approx(0.05)


def test_the_hardest_groups_set_the_temperature_and_small_groups_do_not_count():
    random = np.random.default_rng(0)
    truth = random.integers(2, size=260)
    right = np.repeat([0.95, 0.7, 0.0], [100, 100, 60]) > random.random(260)
    logits = 3.0 * np.eye(2)[np.where(right, truth, 1 - truth)]
    group = np.repeat(["easy", "hard", "small 1", "small 2"], [100, 100, 30, 30])
    easy, hard = (TemperatureScaling.fit(logits[group == one], truth[group == one]) for one in ("easy", "hard"))
    wanted = np.quantile([easy.temperature, hard.temperature], 0.9)
    assert TemperatureScaling.fit_hardest(logits, truth, group).temperature == pytest.approx(wanted)
    few = np.r_[100:140, 200:260]
    together = TemperatureScaling.fit(logits[few], truth[few])
    assert TemperatureScaling.fit_hardest(logits[few], truth[few], group[few]) == together
