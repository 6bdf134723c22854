"""Temperature scaling, and the calibration error that tells whether "87 % sure" is right 87 times in 100."""

from dataclasses import dataclass
from typing import Self

import numpy as np

HARDEST_QUANTILE = 0.9
MIN_GROUP_EMAILS = 50
"""Emails that a group needs for a temperature of its own."""


@dataclass(frozen=True, slots=True)
class TemperatureScaling:
    """Calibration by one number that all logits are divided by (Guo et al., 2017)."""

    temperature: float = 1.0

    @classmethod
    def fit(cls, logits: np.ndarray, truth: np.ndarray) -> Self:
        """The temperature of least negative log-likelihood.

        :param logits: n x k, of emails that the model was not fitted on.
        :param truth: n column numbers.
        """
        from scipy.optimize import minimize_scalar

        def loss(log_t: float) -> float:
            return -np.log(softmax(logits / np.exp(log_t))[np.arange(len(truth)), truth] + 1e-12).mean()

        return cls(float(np.exp(minimize_scalar(loss, bounds=(-3, 3), method="bounded").x)))

    @classmethod
    def fit_hardest(cls, logits: np.ndarray, truth: np.ndarray, group: np.ndarray) -> Self:
        """A temperature for the hardest tenth of the groups, so that the model is not overconfident on a new one.

        It is the 0.9 quantile of the large groups' own temperatures; without a large group, of all emails together.

        :param group: n names, of the emails' industries for example.
        """
        names, sizes = np.unique(group, return_counts=True)
        parts = [group == name for name in names[sizes >= MIN_GROUP_EMAILS]] or [np.ones(len(group), bool)]
        each = [cls.fit(logits[part], truth[part]).temperature for part in parts]
        return cls(float(np.quantile(each, HARDEST_QUANTILE)))

    def apply(self, logits: np.ndarray | float) -> np.ndarray | float:
        """Calibrated logits."""
        return logits / self.temperature


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities by row."""
    exp = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exp / exp.sum(axis=1, keepdims=True)


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Log-probabilities by row."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def expected_error(confidence: np.ndarray, right: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error: mean gap of confidence and accuracy in bins of equal count (Naeini et al., 2015)."""
    order = np.argsort(confidence, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    return float(sum(len(p) * abs(confidence[p].mean() - right[p].mean()) for p in parts) / len(order))
