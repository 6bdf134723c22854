"""A second opinion: where the n-grams are unsure, a linear model on a sentence encoder's vectors is asked too."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from model.confidence.calibration import TemperatureScaling, log_softmax, softmax

ASK_BELOW = 0.95
"""Confidence of the first opinion below which the second is asked."""

SECOND_WEIGHT = 0.5
"""Weight of the second opinion in the mean of the log-probabilities."""

Encode = Callable[[Sequence[str]], np.ndarray]


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """A fitted second opinion: `weights` k x d over an encoder's d numbers, `bias` k.

    `calibration` is of the pooled logits of both opinions; where it is asked, a category whose share reaches
    `least_share` is on the shortlist. Without `encode` it is not asked.
    """

    weights: np.ndarray
    bias: np.ndarray
    calibration: TemperatureScaling
    least_share: float
    encode: Encode | None = None

    def pooled_logits(self, first: np.ndarray, texts: Sequence[str]) -> np.ndarray:
        """Calibrated logits n x k of both opinions. `first` are calibrated logits of the calm texts."""
        return self.calibration.apply(pool_opinions(first, self.encode(texts) @ self.weights.T + self.bias))


def pool_opinions(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Weighted mean of two opinions' log-probabilities, n x k logits (Genest & Zidek, 1986)."""
    return (1 - SECOND_WEIGHT) * log_softmax(first) + SECOND_WEIGHT * log_softmax(second)


def needs_second_opinion(first: np.ndarray, count: int) -> np.ndarray:
    """Which emails the second opinion is asked about: n, from calibrated logits whose first `count` are categories."""
    return softmax(first[:, :count]).max(axis=1) < ASK_BELOW
