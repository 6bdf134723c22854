"""Calibration: makes "87 % sure" mean right 87 times in 100."""

import numpy as np


def softmax(logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """Probabilities by row, logits divided by the temperature first."""
    scaled = logits / temperature
    exp = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return exp / exp.sum(axis=1, keepdims=True)


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Log-probabilities by row."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def temperature(logits: np.ndarray, truth: np.ndarray) -> float:
    """The one number to divide logits by, from least negative log-likelihood (Guo et al., 2017).

    :param logits: n x k, of items that the model was not fitted on.
    :param truth: n column numbers.
    """
    from scipy.optimize import minimize_scalar

    def loss(log_t: float) -> float:
        return -np.log(softmax(logits, np.exp(log_t))[np.arange(len(truth)), truth] + 1e-12).mean()

    return float(np.exp(minimize_scalar(loss, bounds=(-3, 3), method="bounded").x))


def expected_error(confidence: np.ndarray, right: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error: mean gap of confidence and accuracy in bins of equal count (Naeini et al., 2015)."""
    order = np.argsort(confidence, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    return float(sum(len(p) * abs(confidence[p].mean() - right[p].mean()) for p in parts) / len(order))
