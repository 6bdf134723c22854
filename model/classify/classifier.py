"""The trained classifier at work: one pass over a text gives category, impact, urgency and novelty."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from data.schema import Email, Prediction
from data.taxonomy import Taxonomy
from model.classify.decision import Reading, decide
from model.classify.linear_table import LinearTable
from model.classify.second_opinion import Encode, SecondOpinion, needs_second_opinion
from model.confidence.calibration import TemperatureScaling, softmax
from model.confidence.conformal import shortlists
from model.confidence.limits import Limits
from model.confidence.novelty import known_word_share, novelty
from model.text.normalize import tokens, without_signature
from model.text.pressure import blank_pressure


@dataclass(frozen=True, slots=True)
class TrainingMailStats:
    """The training mail, each as a model saw it that had not learned from it: one number an email."""

    length: np.ndarray
    known: np.ndarray
    novelty: np.ndarray


@dataclass(frozen=True, slots=True)
class OutputColumns:
    """What each of the table's outputs stands for: the categories first, then the levels of impact and of urgency.

    `nowhere` tells whether one more output, between categories and levels, is "fits no category".
    """

    categories: tuple[str, ...]
    nowhere: bool
    impact: tuple[str, ...]
    urgency: tuple[str, ...]

    def split(self, outputs: np.ndarray) -> list[np.ndarray]:
        """The columns of categories (with "fits none" last, where it is known), of impact and of urgency."""
        first = len(self.categories) + self.nowhere
        return np.split(outputs, [first, first + len(self.impact)], axis=1)


@dataclass(frozen=True)
class Classifier:
    """A fitted classifier; the last three fields are handed in when it is put to use, and the encoder of `second` too.

    `calibration` is of the categories' logits; a category whose share reaches `least_share` is on the shortlist.
    """

    table: LinearTable
    outputs: OutputColumns
    calibration: TemperatureScaling
    least_share: float
    usual: TrainingMailStats
    taxonomy: Taxonomy
    second: SecondOpinion | None = None
    limits: Limits = field(default_factory=Limits)
    name: str = "the trained model"
    version: str = "unsaved"

    @property
    def categories(self) -> list[str]:
        """The category keys, in the order of the columns of all scores."""
        return list(self.outputs.categories)

    def predict(self, emails: Sequence[Email], limits: Limits | None = None) -> list[Prediction]:
        """One decision an email, in order, by these limits, or else its own."""
        limits = limits or self.limits
        readings = self.read([email.text for email in emails]) if emails else []
        return [
            decide(email, reading, self.taxonomy, limits, self.name, self.version)
            for email, reading in zip(emails, readings, strict=True)
        ]

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """Calibrated scores, impact, urgency and novelty of each text."""
        calmed = [self.calm(text) for text in texts]
        words = [tokens(text) for text in calmed]
        known = np.array([known_word_share(one, self.table.word) for one in words])
        logits, impact, urgency = self.outputs.split(self.table.outputs(calmed))
        logits, asked = self._opinions(self.calibration.apply(logits), calmed)
        scores, nowhere = class_probabilities(logits, len(self.outputs.categories))
        listed = shortlists(scores, self.second.least_share if self._has_second else self.least_share)
        columns = (
            calmed,
            scores.tolist(),
            impact.argmax(axis=1).tolist(),
            urgency.argmax(axis=1).tolist(),
            map(len, words),
            known.tolist(),
            novelty(nowhere, known).tolist(),
            listed.sum(axis=1).tolist(),
            asked.tolist(),
        )
        return [self._reading(*one) for one in zip(*columns, strict=True)]

    def alone(self) -> "Classifier | None":
        """The same without its second opinion; None where it has none."""
        return replace(self, second=None) if self._has_second else None

    @property
    def _has_second(self) -> bool:
        return self.second is not None and self.second.encode is not None

    def _opinions(self, first: np.ndarray, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Calibrated logits n x k, and for which texts a second opinion was asked."""
        if not self._has_second:
            return first, np.zeros(len(texts), bool)
        asked = needs_second_opinion(first, len(self.outputs.categories))
        logits = first.copy()
        if asked.any():
            logits[asked] = self.second.both(
                first[asked], [text for text, ask in zip(texts, asked, strict=True) if ask]
            )
        return logits, asked

    def calm(self, text: str) -> str:
        """The text as the model reads it: cut, folded, typed pressure blanked out, every character in its place."""
        return blank_pressure(without_signature(text), self.taxonomy.pressure)

    def put_to_use(self, limits: Limits, name: str, encode: Encode | None = None) -> "Classifier":
        """The same classifier with its limits for deciding, the name it answers under, and an encoder if any."""
        second = self.second and replace(self.second, encode=encode)
        return replace(self, limits=limits, name=name, second=second)

    def _reading(self, text: str, scores: list[float], impact: int, urgency: int, *rest: Any) -> Reading:
        by_category = dict(zip(self.outputs.categories, scores, strict=True))
        return Reading(text, by_category, self.outputs.impact[impact], self.outputs.urgency[urgency], *rest)


def class_probabilities(logits: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of the first `count` columns among themselves, and of the one after them, 0 where there is none."""
    nowhere = softmax(logits)[:, count:].sum(axis=1)
    return softmax(logits[:, :count]), nowhere
