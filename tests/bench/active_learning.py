"""Labels needed to reach an accuracy, in our order, at random and by margin alone."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from data import public_datasets
from model.confidence.calibration import TemperatureScaling, softmax
from model.evaluation.splits import duplicate_groups
from model.labelling.active_learning import margins, teaching_order
from model.labelling.queue import JUST_LABELLED

SEEDS = 10
FIRST = 50
"""Labels at random to start from."""

TESTED_ON = 0.3
INTENTS, MESSAGES = 40, 4_000

Order = Callable[[np.ndarray, list[str], list[str], int, np.random.Generator], Sequence[int]]
"""Scores and texts of the pool, texts just labelled, how many to choose, and chance, to positions in the pool."""

ORDERS: dict[str, Order] = {
    "ours": lambda scores, texts, just, count, _: teaching_order(scores, texts, just, count),
    "random": lambda scores, _, __, count, chance: chance.permutation(len(scores))[:count],
    "margin": lambda scores, _, __, count, ___: np.argsort(margins(scores), kind="stable")[:count],
}


@dataclass(frozen=True, slots=True)
class Study:
    """Messages with their vectors and look-alikes, the accuracies to reach, and how many labels a run may take."""

    name: str
    texts: list[str]
    x: csr_matrix
    truth: np.ndarray
    group: np.ndarray
    batch: int
    most: int
    targets: tuple[float, ...]


def main() -> None:
    """Print the labels that each order needs, set by set."""
    warnings.filterwarnings("ignore", message="The number of unique classes")  # so it is with the first labels
    mail = public_datasets.read_dev_mail()
    report(study("dev_mail", [one.text for one in mail], [one.category for one in mail], 25, 600, (0.55, 0.65, 0.75)))
    report(study("banking77", *some(public_datasets.read_banking77()), 50, 1_000, (0.7, 0.8)))
    report(study("clinc150", *some(public_datasets.read_clinc150()), 50, 500, (0.7, 0.8)))


def some(parts: tuple[public_datasets.LabelledTexts, public_datasets.LabelledTexts]) -> public_datasets.LabelledTexts:
    """Both parts of a public set together, cut down to some intents and messages; always the same ones."""
    texts, intents = (np.array(first + second) for first, second in zip(*parts, strict=True))
    chance = np.random.default_rng(0)
    kept = chance.permutation(np.unique(intents[intents != "oos"]))[:INTENTS]
    rows = chance.permutation(np.flatnonzero(np.isin(intents, kept)))[:MESSAGES]
    return texts[rows].tolist(), intents[rows].tolist()


def study(name: str, texts: list[str], truth: list[str], batch: int, most: int, targets: tuple[float, ...]) -> Study:
    """A set made ready: its TF-IDF (without labels) and its look-alikes are found once for all runs."""
    x = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True).fit_transform(texts)
    return Study(name, texts, x, np.array(truth), duplicate_groups(texts, [""] * len(texts)), batch, most, targets)


def report(study: Study) -> None:
    """Print medians over the seeds, from the least to the greatest, and the ratio of our median to the others'."""
    print(f"{study.name}: {len(study.texts):,} messages, {len(np.unique(study.truth))} categories, {SEEDS} seeds")
    curves = {name: [curve(study, order, seed) for seed in range(SEEDS)] for name, order in ORDERS.items()}
    for target in study.targets:
        needed = {name: np.array([labels_to(target, one) for one in made]) for name, made in curves.items()}
        told = " · ".join(f"{name} {_told(labels, study.most)}" for name, labels in needed.items())
        print(f"  to {target:.2f}: {told} · {_ratios(needed)}")


def curve(study: Study, order: Order, seed: int) -> list[tuple[int, float]]:
    """Labels given and accuracy on messages whose look-alikes are never labelled, batch by batch."""
    chance = np.random.default_rng(seed)
    shuffled = chance.permutation(np.unique(study.group))
    tested = np.isin(study.group, shuffled[: int(TESTED_ON * len(shuffled))])
    given, pool = np.split(chance.permutation(np.flatnonzero(~tested)), [FIRST])
    points = []
    while True:
        model = LinearSVC(random_state=0).fit(study.x[given], study.truth[given])
        points.append((len(given), model.score(study.x[tested], study.truth[tested])))
        if len(given) >= study.most or not len(pool):
            return points
        scores = softmax(_calibration(study, given).apply(model.decision_function(study.x[pool])))
        just = [study.texts[i] for i in given[-JUST_LABELLED:]]
        chosen = order(scores, [study.texts[i] for i in pool], just, study.batch, chance)
        given, pool = np.concatenate([given, pool[chosen]]), np.delete(pool, chosen)


def labels_to(target: float, points: list[tuple[int, float]]) -> float:
    """The labels with which an accuracy is first reached; infinity where it is not."""
    return next((labels for labels, accuracy in points if accuracy >= target), np.inf)


def _calibration(study: Study, given: np.ndarray) -> TemperatureScaling:
    """What calibrates the scores, from every third labelled message: a product of uncertainties needs them calibrated.

    The third is left out of a fit of its own; categories that this fit has not seen are left out of the third.
    """
    third = np.arange(len(given)) % 3 == 0
    model = LinearSVC(random_state=0).fit(study.x[given[~third]], study.truth[given[~third]])
    known = given[third][np.isin(study.truth[given[third]], model.classes_)]
    truth = np.searchsorted(model.classes_, study.truth[known])
    if not len(known):
        return TemperatureScaling()
    return TemperatureScaling.fit(model.decision_function(study.x[known]), truth)


def _told(labels: np.ndarray, most: int) -> str:
    middle, least, greatest = (f"{n:.0f}" if np.isfinite(n) else f"over {most}" for n in _spread(labels))
    return f"{middle} ({least} to {greatest})"


def _spread(labels: np.ndarray) -> tuple[float, float, float]:
    """Median, least, greatest; the upper of two middle ones, since half of infinity says nothing."""
    ordered = np.sort(labels)
    return ordered[len(ordered) // 2], ordered[0], ordered[-1]


def _ratios(needed: dict[str, np.ndarray]) -> str:
    middle = {name: _spread(labels)[0] for name, labels in needed.items()}
    others = [name for name in middle if name != "ours" and np.isfinite([middle[name], middle["ours"]]).all()]
    return ", ".join(f"{middle['ours'] / middle[name]:.2f} x {name}" for name in others) or "no ratio"


if __name__ == "__main__":
    main()
