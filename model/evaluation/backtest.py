"""Mail to judge by: what the machine would have done with it, and whether that was right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from data.corpus import NOWHERE, Example
from data.taxonomy import Taxonomy
from model.classify.classifier import Classifier
from model.evaluation.held_out import Evidence, judged


@dataclass(frozen=True, slots=True)
class Trial:
    """n emails: the machine's `confidence` in each, how `sure` it is (0 where it asks a person anyway), and
    whether it would `hit`. `group` numbers look-alikes; `evidence` has the emails themselves, where they are at hand.
    """

    confidence: np.ndarray
    sure: np.ndarray
    hit: np.ndarray
    group: np.ndarray
    evidence: Evidence | None = None


def trial(evidence: Evidence, novelty_limit: float) -> Trial:
    """The trial of evidence; mail that fits no category counts as wrong when it is decided."""
    sure = _sure(evidence.confidence, evidence.novelty, novelty_limit)
    return Trial(evidence.confidence, sure, evidence.hit, evidence.group, evidence)


def trial_of_answers(answers: Sequence[tuple[float, float, bool]], novelty_limit: float) -> Trial:
    """The trial of emails of which only confidence, novelty and whether it was right are known."""
    confidence, novelty, hit = (np.array(column) for column in zip(*answers, strict=True))
    sure = _sure(confidence, novelty, novelty_limit)
    return Trial(confidence, sure, hit.astype(bool), np.arange(len(hit)))


def _sure(confidence: np.ndarray, novelty: np.ndarray, limit: float) -> np.ndarray:
    return np.where(novelty < limit, confidence, 0.0)


def own_test(
    examples: Sequence[Example], classifier: Classifier, taxonomy: Taxonomy
) -> tuple[Evidence | None, Mapping[str, int]]:
    """A classifier's answers on somebody's labelled emails, and the labels that it does not know, with their counts.

    Labels are keys or names of categories, capitals and blanks aside.
    """
    known = {_plain(key): key for key in [*classifier.categories, NOWHERE]}
    known |= {_plain(taxonomy.category(key).name): key for key in classifier.categories}
    good, strange = [], {}
    for example in examples:
        if key := known.get(_plain(example.category)):
            good.append(replace(example, category=key, also=tuple(known.get(_plain(a), a) for a in example.also)))
        else:
            strange[example.category] = strange.get(example.category, 0) + 1
    return judged(classifier, good) if good else None, strange


def _plain(label: str) -> str:
    return "".join(filter(str.isalnum, label.casefold()))
