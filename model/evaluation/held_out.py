"""Predictions on labelled emails that the model was not trained on: all metrics are computed from these."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from data.corpus import NO_CATEGORY, Example
from model.confidence.limits import Limits
from model.evaluation.splits import duplicate_groups

if TYPE_CHECKING:
    from model.classify.classifier import Classifier


@dataclass(frozen=True, slots=True)
class HeldOutPredictions:
    """n labelled emails with calibrated predictions by a model that was not trained on them.

    `scores` n x k, probabilities of the `categories`; `right` n x k, whether a category counts as right (a second
    defensible one does); `novelty` n; `group` n, numbers of groups of near-duplicates.
    """

    examples: tuple[Example, ...]
    categories: tuple[str, ...]
    scores: np.ndarray
    right: np.ndarray
    novelty: np.ndarray
    group: np.ndarray

    @property
    def confidence(self) -> np.ndarray:
        """The probability of each email's likeliest category, n."""
        return self.scores.max(axis=1)

    @property
    def guess(self) -> np.ndarray:
        """The column of each email's likeliest category, n."""
        return self.scores.argmax(axis=1)

    @property
    def truth(self) -> np.ndarray:
        """The column of each email's labelled category, n; -1 where it is none of the categories."""
        column = {category: i for i, category in enumerate(self.categories)}
        return np.array([column.get(example.category, -1) for example in self.examples])

    @property
    def hit(self) -> np.ndarray:
        """Whether each guess counts as right, n."""
        return self.right[np.arange(len(self.guess)), self.guess]

    def decided(self, limits: Limits) -> np.ndarray:
        """Whether the machine would decide each email at these limits, n."""
        return limits.decides(self.confidence, self.novelty)

    def only(self, chosen: np.ndarray) -> "HeldOutPredictions":
        """The part that a mask or an array of indices chooses."""
        index = np.arange(len(self.examples))[chosen]
        return replace(
            self,
            examples=tuple(self.examples[i] for i in index),
            scores=self.scores[index],
            right=self.right[index],
            novelty=self.novelty[index],
            group=self.group[index],
        )

    @property
    def inside(self) -> "HeldOutPredictions":
        """The part with the emails that fit a category, on which accuracy is measured."""
        return self.only(np.array([example.category != NO_CATEGORY for example in self.examples], dtype=bool))


def predict_held_out(classifier: "Classifier", examples: Sequence[Example]) -> HeldOutPredictions:
    """A classifier's predictions on labelled emails that it was not trained on."""
    categories = tuple(classifier.categories)
    scores, novelty = score_examples(classifier, examples)
    right, group = correct_matrix(examples, categories), near_duplicate_groups(examples)
    return HeldOutPredictions(tuple(examples), categories, scores, right, novelty, group)


def score_examples(classifier: "Classifier", examples: Sequence[Example]) -> tuple[np.ndarray, np.ndarray]:
    """A classifier's probabilities, n x k, and the novelty of each email, n."""
    readings = classifier.read([example.text for example in examples])
    scores = np.array([list(reading.scores.values()) for reading in readings])
    return scores.reshape(len(examples), len(classifier.categories)), np.array([one.novelty for one in readings])


def near_duplicate_groups(examples: Sequence[Example]) -> np.ndarray:
    """The number of the group of near-duplicates that each email is in, n."""
    return duplicate_groups([example.text for example in examples], [example.family for example in examples])


def correct_matrix(examples: Sequence[Example], categories: Sequence[str]) -> np.ndarray:
    """Whether each category counts as right for each email, n x k."""
    return np.array([[c == e.category or c in e.also for c in categories] for e in examples]).reshape(
        len(examples), len(categories)
    )
