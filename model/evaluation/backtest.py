"""Mail to judge by: what the machine would have done with it, and whether that was right."""

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
    """n emails: the machine's `confidence` in each, how `sure` it is (0 where it asks a person anyway), and
    whether it would `hit`. `group` numbers look-alikes; `evidence` has the emails themselves, where they are at hand.
    """

    confidence: np.ndarray
    sure: np.ndarray
    hit: np.ndarray
    group: np.ndarray
    evidence: HeldOutPredictions | None = None


def backtest_of(evidence: HeldOutPredictions, novelty_limit: float) -> Backtest:
    """The trial of evidence; mail that fits no category counts as wrong when it is decided."""
    sure = _sure(evidence.confidence, evidence.novelty, novelty_limit)
    return Backtest(evidence.confidence, sure, evidence.hit, evidence.group, evidence)


def backtest_of_scores(answers: Sequence[tuple[float, float, bool]], novelty_limit: float) -> Backtest:
    """The trial of emails of which only confidence, novelty and whether it was right are known."""
    confidence, novelty, hit = (np.array(column) for column in zip(*answers, strict=True))
    sure = _sure(confidence, novelty, novelty_limit)
    return Backtest(confidence, sure, hit.astype(bool), np.arange(len(hit)))


def _sure(confidence: np.ndarray, novelty: np.ndarray, novelty_limit: float) -> np.ndarray:
    at_any_confidence = Limits(0.0, novelty_limit)
    return np.where(at_any_confidence.decides(confidence, novelty), confidence, 0.0)


def predict_own_mail(
    examples: Sequence[Example], classifier: Classifier, taxonomy: Taxonomy
) -> tuple[HeldOutPredictions | None, Mapping[str, int]]:
    """A classifier's answers on somebody's labelled emails, and the labels that it does not know, with their counts.

    Labels are keys or names of categories, capitals and blanks aside.
    """
    known = {_plain(key): key for key in [*classifier.categories, NO_CATEGORY]}
    known |= {_plain(taxonomy.category(key).name): key for key in classifier.categories}
    good, strange = [], {}
    for example in examples:
        if key := known.get(_plain(example.category)):
            good.append(replace(example, category=key, also=tuple(known.get(_plain(a), a) for a in example.also)))
        else:
            strange[example.category] = strange.get(example.category, 0) + 1
    return predict_held_out(classifier, good) if good else None, strange


def _plain(label: str) -> str:
    return "".join(filter(str.isalnum, label.casefold()))
