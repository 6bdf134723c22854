"""The trained classifier: category, impact, urgency and novelty of a text in one pass."""

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
    """Length in words, known share and novelty (out of fold) of each training email, to compare others with."""

    length: np.ndarray
    known: np.ndarray
    novelty: np.ndarray


@dataclass(frozen=True, slots=True)
class OutputColumns:
    """The meaning of the table's columns: the categories, then the levels of impact and of urgency.

    With `nowhere` one more column, between categories and levels, is "fits no category".
    """

    categories: tuple[str, ...]
    nowhere: bool
    impact: tuple[str, ...]
    urgency: tuple[str, ...]

    def split(self, outputs: np.ndarray) -> list[np.ndarray]:
        """The columns of categories (with "fits no category" last, if there is one), of impact and of urgency."""
        impact = len(self.categories) + self.nowhere
        urgency = impact + len(self.impact)
        return [outputs[:, :impact], outputs[:, impact:urgency], outputs[:, urgency:]]


@dataclass(frozen=True)
class Classifier:
    """A fitted classifier; limits, name and the encoder of its second opinion are given by `put_to_use`.

    `calibration` is of the categories' logits; a category whose share reaches `least_share` is on the shortlist.
    """

    table: LinearTable
    outputs: OutputColumns
    calibration: TemperatureScaling
    least_share: float
    usual: TrainingMailStats
    taxonomy: Taxonomy
    second_opinion: SecondOpinion | None = None
    limits: Limits = field(default_factory=Limits)
    name: str = "the trained model"
    version: str = "unsaved"

    @property
    def categories(self) -> list[str]:
        """The category keys, in the order of the columns of all scores."""
        return list(self.outputs.categories)

    def put_to_use(self, limits: Limits, name: str, encode: Encode | None = None) -> "Classifier":
        """The same classifier with its limits for deciding, the name it answers under, and an encoder if any."""
        second_opinion = self.second_opinion and replace(self.second_opinion, encode=encode)
        return replace(self, limits=limits, name=name, second_opinion=second_opinion)

    def alone(self) -> "Classifier | None":
        """The same without its second opinion; None where it has none."""
        return replace(self, second_opinion=None) if self._asks_second else None

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
        calm = [self.calm(text) for text in texts]
        words = [tokens(text) for text in calm]
        known = np.array([known_word_share(each, self.table.word) for each in words])
        logits, impact, urgency = self.outputs.split(self.table.outputs(calm))
        logits, asked = self._with_second_opinion(self.calibration.apply(logits), calm)
        scores, no_category = class_probabilities(logits, len(self.outputs.categories))
        listed = shortlists(scores, self.second_opinion.least_share if self._asks_second else self.least_share)
        columns = (
            calm,
            scores.tolist(),
            impact.argmax(axis=1).tolist(),
            urgency.argmax(axis=1).tolist(),
            map(len, words),
            known.tolist(),
            novelty(no_category, known).tolist(),
            listed.sum(axis=1).tolist(),
            asked.tolist(),
        )
        return [self._reading(*row) for row in zip(*columns, strict=True)]

    def calm(self, text: str) -> str:
        """The text as the model reads it: cut, folded, typed pressure blanked out, every character in its place."""
        return blank_pressure(without_signature(text), self.taxonomy.pressure)

    @property
    def _asks_second(self) -> bool:
        return self.second_opinion is not None and self.second_opinion.encode is not None

    def _with_second_opinion(self, first: np.ndarray, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Calibrated logits n x k, and for which texts the second opinion was asked."""
        if not self._asks_second:
            return first, np.zeros(len(texts), bool)
        asked = needs_second_opinion(first, len(self.outputs.categories))
        logits = first.copy()
        if asked.any():
            unsure = [text for text, ask in zip(texts, asked, strict=True) if ask]
            logits[asked] = self.second_opinion.pooled_logits(first[asked], unsure)
        return logits, asked

    def _reading(self, text: str, scores: list[float], impact: int, urgency: int, *rest: Any) -> Reading:
        by_category = dict(zip(self.outputs.categories, scores, strict=True))
        return Reading(text, by_category, self.outputs.impact[impact], self.outputs.urgency[urgency], *rest)


def class_probabilities(logits: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of the first `count` columns among themselves, and of the one after them, 0 where there is none."""
    no_category = softmax(logits)[:, count:].sum(axis=1)
    return softmax(logits[:, :count]), no_category
