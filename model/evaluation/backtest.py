"""Backtests: what the machine would have decided on labelled emails, and whether that is right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from data.corpus import NO_CATEGORY, Example
from data.taxonomy import Taxonomy
from model.classify.classifier import Classifier
from model.confidence.limits import Limits
from model.evaluation.held_out import HeldOutPredictions, predict_held_out


@dataclass(frozen=True, slots=True)
class Backtest:
    """n labelled emails: `confidence` of the prediction, whether it is right (`hit`), and `group` of near-duplicates.

    `sure` is the confidence, or 0 where a person is asked at any threshold. `predictions` are None where only the
    numbers are known.
    """

    confidence: np.ndarray
    sure: np.ndarray
    hit: np.ndarray
    group: np.ndarray
    predictions: HeldOutPredictions | None = None


def backtest_of(predictions: HeldOutPredictions, novelty_limit: float) -> Backtest:
    """The backtest of predictions; deciding an email that fits no category is wrong."""
    sure = _sure(predictions.confidence, predictions.novelty, novelty_limit)
    return Backtest(predictions.confidence, sure, predictions.hit, predictions.group, predictions)


def backtest_of_scores(answers: Sequence[tuple[float, float, bool]], novelty_limit: float) -> Backtest:
    """The backtest of emails of which only confidence, novelty and whether the prediction is right are known."""
    confidence, novelty, hit = (np.array(column) for column in zip(*answers, strict=True))
    sure = _sure(confidence, novelty, novelty_limit)
    return Backtest(confidence, sure, hit.astype(bool), np.arange(len(hit)))


def _sure(confidence: np.ndarray, novelty: np.ndarray, novelty_limit: float) -> np.ndarray:
    at_any_confidence = Limits(0.0, novelty_limit)
    return np.where(at_any_confidence.decides(confidence, novelty), confidence, 0.0)


def predict_own_mail(
    examples: Sequence[Example], classifier: Classifier, taxonomy: Taxonomy
) -> tuple[HeldOutPredictions | None, Mapping[str, int]]:
    """Predictions on uploaded labelled emails, and the labels that the classifier does not know, with their counts.

    A label is the key or the name of a category; case, blanks and punctuation don't matter.
    """
    known = {_letters(key): key for key in [*classifier.categories, NO_CATEGORY]}
    known |= {_letters(taxonomy.category(key).name): key for key in classifier.categories}
    usable, unknown = [], {}
    for example in examples:
        if key := known.get(_letters(example.category)):
            usable.append(replace(example, category=key, also=tuple(known.get(_letters(a), a) for a in example.also)))
        else:
            unknown[example.category] = unknown.get(example.category, 0) + 1
    return predict_held_out(classifier, usable) if usable else None, unknown


def _letters(label: str) -> str:
    return "".join(filter(str.isalnum, label.casefold()))
