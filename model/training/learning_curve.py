"""The learning curve of accuracy by number of labels, and its extrapolation by a power law."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from data.corpus import Example
from data.taxonomy import Taxonomy
from model.evaluation import metrics
from model.evaluation.reports import Interval

if TYPE_CHECKING:
    from model.training.dataset import Dataset
    from model.training.ngram_counts import NgramCounts

CURVE_STEPS = 4
CURVE_FOLDS = 3
MIN_CURVE_EMAILS = 60
"""Labels that a curve needs; with fewer it would be noise."""

MIN_CURVE_SIZES = 4
"""Points that an extrapolation needs."""

MORE_LABELS = 50
BEND_SCALES = (3.0, 10.0, 30.0, 100.0, 300.0)
"""Numbers of labels after which the curve bends; the middle one predicted best in simulations on others' mail."""


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """Whether each of n held-out labelled emails is predicted right (`hits`, m x n) after training with m numbers of
    labels (`sizes`); `group` n, numbers of groups of near-duplicates; `labels` is the number of all labels.
    """

    labels: int
    sizes: np.ndarray
    hits: np.ndarray
    group: np.ndarray


def measure_curve(
    ours: Sequence[Example],
    labels: Sequence[Example],
    taxonomy: Taxonomy,
    sizes: Sequence[int],
    tell: Callable[[float], None] = lambda share: None,
) -> LearningCurve:
    """Cross-validate models that are trained on `ours` and on the first labels, as many as each size says.

    Emails that fit no category are trained on, but not tested on.

    :param tell: is told the share that is done.
    """
    from sklearn.model_selection import GroupKFold

    from model.training.dataset import build_dataset
    from model.training.fit import count_dataset_ngrams

    data = build_dataset([*ours, *labels], taxonomy)
    grams, first = count_dataset_ngrams(data), len(ours)
    group = data.group[first:]
    hits = np.zeros((len(sizes), len(labels)), bool)
    for fold, (train, test) in enumerate(GroupKFold(CURVE_FOLDS).split(group, groups=group)):
        for row, size in enumerate(sizes):
            train_rows = np.concatenate([np.arange(first), first + train[train < size]])
            hits[row, test] = _hits(data, grams, train_rows, first + test)
            tell((fold * len(sizes) + row + 1) / (CURVE_FOLDS * len(sizes)))
    inside = data.inside[first:]
    return LearningCurve(
        len(labels), np.asarray(sizes) * (CURVE_FOLDS - 1) / CURVE_FOLDS, hits[:, inside], group[inside]
    )


def _hits(data: "Dataset", grams: "NgramCounts", train: np.ndarray, test: np.ndarray) -> np.ndarray:
    """Whether each email of `test` is predicted right by a model trained on `train`; both are row numbers."""
    from model.training.linear_models import align_outputs, fit_category

    with grams.tfidf_on_disk(train, train) as x:
        model = fit_category(x, data.category[train], data.weight[train])
    outputs = align_outputs(model, grams.tfidf(train, test), data.classes)
    return data.right[test, outputs[:, : len(data.categories)].argmax(axis=1)]


def curve_sizes(labels: int) -> list[int]:
    """The numbers of labels at which a curve is measured: none, and equal steps to all of them."""
    return [round(labels * part / CURVE_STEPS) for part in range(CURVE_STEPS + 1)]


def curve_points(curve: LearningCurve) -> list[tuple[int, Interval]]:
    """The number of labels and the accuracy at each size."""
    accuracies = [metrics.bootstrap_interval(lambda i, row=row: row[i].mean(), curve.group) for row in curve.hits]
    return list(zip(curve.sizes.round().astype(int).tolist(), accuracies, strict=True))


def expected_gain(curve: LearningCurve, more: int = MORE_LABELS, seed: int = 0) -> Interval | None:
    """The gain in accuracy to expect from so many more labels, with a 95 % interval from a bootstrap over groups.

    An inverse power law (Figueroa et al., 2012), error(n) = e (1 + n / s) ** -d, is fitted to every sample: with a
    random s, as so few points don't tell where the curve bends, and with both ends of the gain moved at random by the
    residual standard deviation, as which labels come is random. None for fewer than MIN_CURVE_EMAILS emails, or
    MIN_CURVE_SIZES sizes.
    """
    if curve.hits.shape[1] < MIN_CURVE_EMAILS or len(curve.sizes) < MIN_CURVE_SIZES:
        return None
    random = np.random.default_rng(seed)
    noise = min(_fit(curve, curve.hits, scale)[2] for scale in BEND_SCALES)
    gains = [
        _gain(curve, curve.hits[:, i], more, random.choice(BEND_SCALES), noise * random.normal(size=2))
        for i in metrics.bootstrap_samples(curve.group, seed)
    ]
    low, value, high = np.quantile(gains, [0.025, 0.5, 0.975])
    return Interval(value=float(value), low=float(low), high=float(high))


def _gain(curve: LearningCurve, hits: np.ndarray, more: int, scale: float, noise: np.ndarray) -> float:
    slope, base, _ = _fit(curve, hits, scale)
    ends = np.log1p(np.array([curve.labels, curve.labels + more]) / scale)
    now, then = np.exp(base + slope * ends + noise)
    return float(now - then)


def _fit(curve: LearningCurve, hits: np.ndarray, scale: float) -> tuple[float, float, float]:
    """Slope and intercept of the power law in logarithms, and the residual standard deviation."""
    at, errors = np.log1p(curve.sizes / scale), np.log(np.clip(1 - hits.mean(axis=1), 0.5 / hits.shape[1], 1))
    slope, base = np.polyfit(at, errors, 1)
    variance = ((base + slope * at - errors) ** 2).sum() / (len(at) - 2)
    return float(slope), float(base), float(np.sqrt(variance))
