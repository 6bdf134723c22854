"""What the next labels are worth: the learning curve measured so far, and its continuation as a power law."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from data.corpus import Example
from data.taxonomy import Taxonomy
from model.evaluation import metrics
from model.evaluation.reports import Interval

CURVE_STEPS = 4
CURVE_FOLDS = 3
MIN_CURVE_EMAILS = 60
"""Labels below which no curve is drawn: it would be noise."""

MIN_CURVE_SIZES = 4
"""Points below which a curve is not continued."""

MORE_LABELS = 50
ROUNDS = 500
BEND_SCALES = (3.0, 10.0, 30.0, 100.0, 300.0)
"""After how many labels the curve may begin to bend; the middle one foretold best in simulations on others' mail."""


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """m sizes in labels, and whether each of n emails was right with so many, m x n; `group` n of look-alikes.

    No email, nor a look-alike, was among the labels that its model had learned from; `labels` is how many there are.
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
    """Learn from `ours` and the first labels, so many as each size says, and judge by labels that were left out.

    Emails that fit no category are learned from, and not judged by.
    """
    from sklearn.model_selection import GroupKFold

    from model.training.dataset import build_dataset
    from model.training.fit import count_dataset

    data = build_dataset([*ours, *labels], taxonomy)
    grams, first = count_dataset(data), len(ours)
    of = data.group[first:]
    hits = np.zeros((len(sizes), len(labels)), bool)
    for fold, (train, test) in enumerate(GroupKFold(CURVE_FOLDS).split(of, groups=of)):
        for row, size in enumerate(sizes):
            learned = np.concatenate([np.arange(first), first + train[train < size]])
            hits[row, test] = _hits(data, grams, learned, first + test)
            tell((fold * len(sizes) + row + 1) / (CURVE_FOLDS * len(sizes)))
    inside = data.inside[first:]
    return LearningCurve(len(labels), np.asarray(sizes) * (CURVE_FOLDS - 1) / CURVE_FOLDS, hits[:, inside], of[inside])


def _hits(data, grams, learned: np.ndarray, asked: np.ndarray) -> np.ndarray:
    from model.training.linear_models import align_outputs, fit_category

    with grams.tfidf_on_disk(learned, learned) as x:
        head = fit_category(x, data.category[learned], data.weight[learned])
    outputs = align_outputs(head, grams.tfidf(learned, asked), data.classes)
    return data.right[asked, outputs[:, : len(data.categories)].argmax(axis=1)]


def curve_sizes(labels: int) -> list[int]:
    """The numbers of labels that a curve is measured at: none, and equal steps to all of them."""
    return [round(labels * part / CURVE_STEPS) for part in range(CURVE_STEPS + 1)]


def curve_points(curve: LearningCurve) -> list[tuple[int, Interval]]:
    """The share right at each size."""
    shares = [metrics.bootstrap_interval(lambda i, row=row: row[i].mean(), curve.group) for row in curve.hits]
    return list(zip(curve.sizes.round().astype(int).tolist(), shares, strict=True))


def expected_gain(curve: LearningCurve, more: int = MORE_LABELS, seed: int = 0) -> Interval | None:
    """What so many more labels should add to the share right, with a 95 % interval from a bootstrap over groups.

    An inverse power law (Figueroa et al., 2012), error(n) = e (1 + n / s) ** -d, is fitted anew in every round, each
    time with another s, since so few points do not tell how the curve bends; and each end of the step is moved by as
    much as the points lie off the curve, since the luck of which labels come moves what is really measured. None where
    there are fewer than FEWEST emails to judge by, or FEWEST_SIZES sizes.
    """
    if curve.hits.shape[1] < MIN_CURVE_EMAILS or len(curve.sizes) < MIN_CURVE_SIZES:
        return None
    random = np.random.default_rng(seed)
    luck = min(_fit(curve, curve.hits, scale)[2] for scale in BEND_SCALES)
    rounds = [
        _gain(curve, curve.hits[:, i], more, random.choice(BEND_SCALES), luck * random.normal(size=2))
        for i in metrics.bootstrap_samples(curve.group, seed)
    ]
    low, value, high = np.quantile(rounds, [0.025, 0.5, 0.975])
    return Interval(value=float(value), low=float(low), high=float(high))


def _gain(curve: LearningCurve, hits: np.ndarray, more: int, scale: float, luck: np.ndarray) -> float:
    slope, base, _ = _fit(curve, hits, scale)
    ends = np.log1p(np.array([curve.labels, curve.labels + more]) / scale)
    now, then = np.exp(base + slope * ends + luck)
    return float(now - then)


def _fit(curve: LearningCurve, hits: np.ndarray, scale: float) -> tuple[float, float, float]:
    """The law's slope and base in logarithms, and how far the points lie off it."""
    at, errors = np.log1p(curve.sizes / scale), np.log(np.clip(1 - hits.mean(axis=1), 0.5 / hits.shape[1], 1))
    slope, base = np.polyfit(at, errors, 1)
    off = ((base + slope * at - errors) ** 2).sum() / (len(at) - 2)
    return float(slope), float(base), float(np.sqrt(off))
