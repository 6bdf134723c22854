"""How unlike the training mail a text is: in another language, on another topic, without words."""

from collections.abc import Container, Sequence

import numpy as np


def novelty(no_category: np.ndarray, known: np.ndarray) -> np.ndarray:
    """From 0, where all words are known and fit some category, to 1, where none is known or none fits; n.

    :param no_category: n, the probability that a text fits no category.
    :param known: n, the share of its words that are known.
    """
    return 1 - known * (1 - no_category)


def known_word_share(words: Sequence[str], vocabulary: Container[str]) -> float:
    """The share of a text's words (as `tokens` gives them) that were seen in training; 0 where there are none."""
    return len([word for word in words if word in vocabulary]) / len(words) if words else 0.0
