"""Gain and cost of the second opinion, by the confidence below which it is asked."""

import subprocess
import sys
from collections.abc import Callable, Sequence

import numpy as np

from data.corpus import NO_CATEGORY, Example
from data.settings import ROOT
from data.taxonomy import Taxonomy
from model.benchmark.timing import seconds_each
from model.classify import second_opinion as second
from model.classify.encoder import Encoder
from model.confidence.calibration import softmax
from model.evaluation import metrics
from model.evaluation.held_out import HeldOutPredictions, correct_matrix, predict_held_out
from model.evaluation.reports import Interval, SecondOpinionPoint, SecondOpinionScores
from model.training.fit import FittedModel, fit_model
from model.training.train import SEED

ASK_BELOW_VALUES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, second.ASK_BELOW, 0.99, 1.01)
TIMED_EMAILS = 400

_MEMORY = """
from pathlib import Path
import model.classify.linear_table
def used():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20
before = used()
from model.classify.encoder import Encoder
encode = Encoder()
encode(["where is my parcel " * 40])
print(used() - before)
"""


def score_second_opinion(
    examples: Sequence[Example],
    taxonomy: Taxonomy,
    others: Sequence[Example],
    first_away: HeldOutPredictions,
    first_elsewhere: HeldOutPredictions | None,
    report_progress: Callable[[str], None],
) -> SecondOpinionScores:
    """Train with a second opinion, and compare it with the model without one (`first`) on the same emails."""
    report_progress("the second opinion")
    encode = Encoder()
    fitted = fit_model(examples, taxonomy, SEED, jobs=-1, encode=encode)
    away = fitted.held_out(fitted.by_industry)
    elsewhere = predict_held_out(fitted.classifier, others) if others else None
    return SecondOpinionScores(
        curve=_curve(fitted, encode, others),
        away=metrics.compute_scores(away),
        elsewhere=elsewhere and metrics.compute_scores(elsewhere),
        away_gain=_gain(first_away, away),
        elsewhere_gain=elsewhere and first_elsewhere and _gain(first_elsewhere, elsewhere),
        away_by_category=_gain_by_category(first_away, away),
        elsewhere_by_category=elsewhere and first_elsewhere and _gain_by_category(first_elsewhere, elsewhere),
        memory_mb=_memory_mb(),
    )


def _gain(first: HeldOutPredictions, both: HeldOutPredictions) -> Interval:
    gain = both.inside.hit.astype(float) - first.inside.hit
    return metrics.bootstrap_interval(lambda i: gain[i].mean(), first.inside.group)


def _gain_by_category(first: HeldOutPredictions, both: HeldOutPredictions) -> dict[str, float]:
    category = np.array([example.category for example in first.inside.examples])
    gain = both.inside.hit.astype(float) - first.inside.hit
    return {name: float(gain[category == name].mean()) for name in np.unique(category)}


def _curve(fitted: FittedModel, encode: Encoder, others: Sequence[Example]) -> list[SecondOpinionPoint]:
    """Share of mail asked about, accuracy and time at each threshold; times are of single emails."""
    classifier, data = fitted.classifier, fitted.data
    count = len(data.categories)
    first = classifier.calibration.apply(fitted.by_industry.logits)
    both = classifier.second_opinion.calibration.apply(second.pool_opinions(first, fitted.by_industry.second_logits))
    sure = softmax(first[:, :count]).max(axis=1)
    timed = np.random.default_rng(SEED).permutation(len(data.texts))[:TIMED_EMAILS]
    singles = [[data.texts[i]] for i in timed]
    first_ms, encode_ms = (1000 * np.array(seconds_each(one, singles)) for one in (classifier.table.outputs, encode))
    accuracy_elsewhere = _accuracy_elsewhere(fitted, others) if others else None
    points = []
    for below in ASK_BELOW_VALUES:
        asked = data.inside & (sure < below)
        times = first_ms + encode_ms * (sure[timed] < below)
        points.append(
            SecondOpinionPoint(
                below=below,
                share=float(asked.sum() / data.inside.sum()),
                away=_accuracy(first, both, asked, data.right, data.inside, count),
                elsewhere=accuracy_elsewhere and accuracy_elsewhere(below),
                mean_ms=float(times.mean()),
                p99_ms=float(np.quantile(times, 0.99)),
            )
        )
    return points


def _accuracy_elsewhere(fitted: FittedModel, others: Sequence[Example]) -> Callable[[float], float]:
    """The accuracy on others' mail as a function of the threshold."""
    classifier, count = fitted.classifier, len(fitted.data.categories)
    texts = [classifier.calm(example.text) for example in others]
    first = classifier.calibration.apply(classifier.outputs.split(classifier.table.outputs(texts))[0])
    both = classifier.second_opinion.pooled_logits(first, texts)
    right = correct_matrix(others, fitted.data.categories)
    inside = np.array([example.category != NO_CATEGORY for example in others])
    sure = softmax(first[:, :count]).max(axis=1)
    return lambda below: _accuracy(first, both, sure < below, right, inside, count)


def _accuracy(first, both, asked: np.ndarray, right: np.ndarray, inside: np.ndarray, count: int) -> float:
    guess = np.where(asked[:, None], both, first)[:, :count].argmax(axis=1)
    return float(right[np.arange(len(guess)), guess][inside].mean())


def _memory_mb() -> float:
    """Memory in MB that the encoder adds to a process that only predicts."""
    done = subprocess.run([sys.executable, "-c", _MEMORY], cwd=ROOT, capture_output=True, text=True, check=True)
    return float(done.stdout)
