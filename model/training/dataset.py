"""Labelled emails as columns, ready to be learned from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np

from data.corpus import NO_CATEGORY, Example
from data.taxonomy import Taxonomy
from model.evaluation.held_out import correct_matrix
from model.evaluation.splits import duplicate_groups
from model.text.normalize import without_signature
from model.text.pressure import add_pressure, blank_pressure


@dataclass(frozen=True)
class Dataset:
    """n examples: calm `texts` and the same under typed pressure, labels, and the `group` of look-alikes each is in.

    `categories` are the k keys but NOWHERE, sorted; `right` is n x k, whether a category counts as right for an email.
    """

    examples: tuple[Example, ...]
    texts: list[str]
    loud: list[str]
    category: np.ndarray
    impact: np.ndarray
    urgency: np.ndarray
    industry: np.ndarray
    group: np.ndarray
    weight: np.ndarray
    categories: tuple[str, ...]
    right: np.ndarray

    @property
    def inside(self) -> np.ndarray:
        """Which emails fit one of the categories, n."""
        return self.category != NO_CATEGORY

    @property
    def classes(self) -> tuple[str, ...]:
        """The categories and, last, NOWHERE where there are such emails."""
        return (*self.categories, NO_CATEGORY) if not self.inside.all() else self.categories

    def only(self, chosen: np.ndarray) -> "Dataset":
        """The part that a mask chooses."""
        index = np.flatnonzero(chosen)
        lists = {name: [getattr(self, name)[i] for i in index] for name in ("examples", "texts", "loud")}
        arrays = ("category", "impact", "urgency", "industry", "group", "weight", "right")
        columns = {name: getattr(self, name)[index] for name in arrays}
        return replace(self, **{**lists, "examples": tuple(lists["examples"])}, **columns)


def build_dataset(
    examples: Sequence[Example], taxonomy: Taxonomy, seed: int = 0, categories: tuple[str, ...] = ()
) -> Dataset:
    """The columns of labelled emails; the seed chooses the pressure that each is put under.

    :param categories: the columns of `right`; those of the examples where there are none.
    """
    random = Random(seed)  # noqa: S311
    rules = taxonomy.pressure
    texts = [blank_pressure(without_signature(e.text), rules) for e in examples]
    categories = categories or tuple(sorted({e.category for e in examples} - {NO_CATEGORY}))
    return Dataset(
        examples=tuple(examples),
        texts=texts,
        loud=[
            blank_pressure(without_signature(add_pressure(e.subject, e.body, rules, random)), rules) for e in examples
        ],
        category=np.array([e.category for e in examples]),
        impact=np.array([e.impact for e in examples]),
        urgency=np.array([e.urgency for e in examples]),
        industry=np.array([e.industry for e in examples]),
        group=duplicate_groups(texts, [e.family for e in examples]),
        weight=np.array([e.weight for e in examples]),
        categories=categories,
        right=correct_matrix(examples, categories),
    )
