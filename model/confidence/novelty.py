"""How unlike the mail of the teams a text is: other languages, other topics, no words at all."""

from collections.abc import Sequence

import numpy as np


def novelty(elsewhere: np.ndarray, known: np.ndarray) -> np.ndarray:
    """0 for known words that belong to some category, up to 1 for neither.

    :param elsewhere: the probability that a text fits no category.
    :param known: the share of its words that were seen in training.
    """
    return 1 - known * (1 - elsewhere)


def known_word_shares(found: Sequence[list[str]], vocabulary: frozenset[str]) -> np.ndarray:
    """The share of each text's words that were seen in training; 0 where there are none."""
    return np.array([sum(word in vocabulary for word in one) / len(one) if one else 0.0 for one in found])
