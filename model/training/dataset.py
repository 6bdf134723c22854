"""Labelled emails as columns: the texts as the model reads them, their labels and groups."""

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
    """n examples: calm `texts`, the same under typed pressure, labels, and the `group` of look-alikes each is in.

    `categories` are the k keys without NO_CATEGORY, sorted; `right` is n x k, whether a category counts as right.
    """

    examples: tuple[Example, ...]
    texts: list[str]
    pressured_texts: list[str]
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
        """The categories and, last, NO_CATEGORY where there are such emails."""
        return (*self.categories, NO_CATEGORY) if not self.inside.all() else self.categories

    def only(self, chosen: np.ndarray) -> "Dataset":
        """The emails that a mask chooses."""
        index = np.flatnonzero(chosen)
        lists = {name: [getattr(self, name)[i] for i in index] for name in ("texts", "pressured_texts")}
        arrays = ("category", "impact", "urgency", "industry", "group", "weight", "right")
        columns = {name: getattr(self, name)[index] for name in arrays}
        return replace(self, examples=tuple(self.examples[i] for i in index), **lists, **columns)


def build_dataset(
    examples: Sequence[Example], taxonomy: Taxonomy, seed: int = 0, categories: tuple[str, ...] = ()
) -> Dataset:
    """The columns of labelled emails; the seed draws the typed pressure that is added to each.

    :param categories: the columns of `right`; those of the examples if empty.
    """
    random = Random(seed)  # noqa: S311
    pressure = taxonomy.pressure

    def calm(text: str) -> str:
        return blank_pressure(without_signature(text), pressure)

    texts = [calm(example.text) for example in examples]
    categories = categories or tuple(sorted({example.category for example in examples} - {NO_CATEGORY}))
    columns = {
        name: np.array([getattr(example, name) for example in examples])
        for name in ("category", "impact", "urgency", "industry", "weight")
    }
    return Dataset(
        examples=tuple(examples),
        texts=texts,
        pressured_texts=[calm(add_pressure(e.subject, e.body, pressure, random)) for e in examples],
        group=duplicate_groups(texts, [example.family for example in examples]),
        categories=categories,
        right=correct_matrix(examples, categories),
        **columns,
    )
