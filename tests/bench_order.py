"""How many labels it takes to get good, in our order and at random: `python -m tests.bench_order`, on public data."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

import numpy as np

from data import public
from model.calibration import softmax
from model.features import union
from model.groups import groups
from model.ordering import margins, teaching_order

SEEDS = 10
START, BATCH, MOST = 60, 40, 1_100
TESTED = 0.3
TOPICS = 25
SHARPNESS = 2.0
"""How decision values become shares, about as calibrated ones are."""

Order = Callable[["Task", np.ndarray, np.ndarray, np.random.Generator], Sequence[int]]


@dataclass(frozen=True)
class Task:
    """Texts with one label each; look-alikes share a group."""

    name: str
    texts: list[str]
    truth: np.ndarray
    group: np.ndarray
    goals: tuple[float, ...]

    @cached_property
    def vectors(self):
        return union().fit_transform(self.texts)


def at_random(task: Task, scores: np.ndarray, left: np.ndarray, random: np.random.Generator) -> Sequence[int]:
    return random.permutation(len(left))[:BATCH]


def by_margin(task: Task, scores: np.ndarray, left: np.ndarray, random: np.random.Generator) -> Sequence[int]:
    return np.argsort(margins(scores), kind="stable")[:BATCH]


def ours(task: Task, scores: np.ndarray, left: np.ndarray, random: np.random.Generator) -> Sequence[int]:
    return teaching_order(scores, [task.texts[i] for i in left], [], BATCH)


def main() -> None:
    """Print how many labels each order takes to each goal, the median and the range over the seeds."""
    print(f"Labels needed, over {SEEDS} seeds: median (least to most); ratio of the medians to random order")
    for task in (_mail(), _banking()):
        curves = {name: [_curve(task, order, seed) for seed in range(SEEDS)] for name, order in ORDERS.items()}
        for goal in task.goals:
            needed = {name: [_needed(curve, goal) for curve in some] for name, some in curves.items()}
            chance = median(needed["at random"])
            each = " · ".join(
                f"{name} {median(n):,.0f} ({min(n):,} to {max(n):,}) x{median(n) / chance:.2f}"
                for name, n in needed.items()
            )
            print(f"  {task.name}, {goal:.0%} right: {each}", flush=True)


ORDERS: dict[str, Order] = {"at random": at_random, "margin": by_margin, "margin x unlikeness": ours}


def _curve(task: Task, order: Order, seed: int) -> list[tuple[int, float]]:
    """The share right after so many labels."""
    from sklearn.svm import LinearSVC

    random, x = np.random.default_rng(seed), task.vectors
    held_out = random.permutation(np.unique(task.group))[: int(TESTED * len(np.unique(task.group)))]
    test, left = (np.flatnonzero(np.isin(task.group, held_out, invert=i)) for i in (False, True))
    left = random.permutation(left)
    known, left = left[:START], left[START:]
    curve = []
    while True:
        model = LinearSVC(C=0.5, random_state=0).fit(x[known], task.truth[known])
        curve.append((len(known), float((model.predict(x[test]) == task.truth[test]).mean())))
        if len(known) >= MOST or len(left) < BATCH:
            return curve
        scores = softmax(SHARPNESS * model.decision_function(x[left]))
        chosen = list(order(task, scores, left, random))
        known, left = np.concatenate([known, left[chosen]]), np.delete(left, chosen)


def _needed(curve: list[tuple[int, float]], goal: float) -> int:
    """The labels from which on the goal is kept for two measurements; all of them where it is not reached."""
    pairs = itertools.pairwise(curve)
    return next((n for (n, share), (_, next_) in pairs if min(share, next_) >= goal), curve[-1][0])


def _mail() -> Task:
    mail = [one for one in public.dev_mail() if one.category != "none"]
    texts = [one.text for one in mail]
    return Task(
        "dev_mail", texts, np.array([one.category for one in mail]), groups(texts, [""] * len(texts)), (0.5, 0.6)
    )


def _banking() -> Task:
    texts, labels = public.banking77()[0]
    topics = sorted(set(labels))[:TOPICS]
    chosen = [(text, label) for text, label in zip(texts, labels, strict=True) if label in topics]
    texts, labels = map(list, zip(*chosen, strict=True))
    return Task("banking77", texts, np.array(labels), groups(texts, [""] * len(texts)), (0.8, 0.9))


if __name__ == "__main__":
    main()
