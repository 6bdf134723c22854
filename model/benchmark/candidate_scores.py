"""Scores of every candidate model on the same mail: accuracy, speed and size."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import joblib
import numpy as np

from data.settings import ROOT
from model.benchmark.candidates import Candidate, FittedCandidate
from model.benchmark.timing import seconds_each
from model.confidence.calibration import TemperatureScaling, softmax
from model.confidence.threshold import THRESHOLDS, shares_decided
from model.evaluation import metrics
from model.evaluation.held_out import HeldOutPredictions
from model.evaluation.reports import CandidateScores
from model.serving.arrays import pack
from model.training.dataset import Dataset
from model.training.fit import FittedModel, Split

TIMED_SINGLE_EMAILS = 300

_START_SHIPPED = (
    "import sys, numpy; from data import taxonomy; from model.serving.arrays import unpack;"
    "arrays = dict(numpy.load(sys.argv[1])); unpack(arrays, taxonomy.read_taxonomy(), '').read(['where is my parcel'])"
)
_START = "import sys, joblib; fitted = joblib.load(sys.argv[1]); fitted(['where is my parcel'])"


def score_candidate(candidate: Candidate, ours: Dataset, split: Split, others: Dataset | None) -> CandidateScores:
    """Cross-validate one candidate on our corpus, then fit it on the whole corpus and test it on others' mail.

    Both sets are of emails that fit a category.
    """
    logits = _out_of_fold(candidate, ours, split)
    calibration = TemperatureScaling.fit(logits, np.searchsorted(ours.categories, ours.category))
    started = time.perf_counter()
    fitted = candidate.fit(ours.texts, ours.category)
    fit_s = time.perf_counter() - started
    away = _predictions(ours, calibration.apply(logits))
    return CandidateScores(
        name=candidate.name,
        what=candidate.what,
        away=metrics.compute_scores(away),
        outcomes=_outcomes(away),
        elsewhere=others and metrics.compute_scores(_predictions(others, calibration.apply(fitted(others.texts)))),
        fit_s=fit_s,
        **measure_speed(fitted, ours.texts),
        **_file_costs(lambda path: joblib.dump(fitted, path, compress=3), _START),
    )


def _out_of_fold(candidate: Candidate, ours: Dataset, split: Split) -> np.ndarray:
    parts = []
    for train, test in split:
        fitted = candidate.fit([ours.texts[i] for i in train], ours.category[train])
        parts.append(fitted([ours.texts[i] for i in test]))
    order = np.argsort(np.concatenate([test for _, test in split]))
    return np.concatenate(parts)[order]


def _predictions(data: Dataset, logits: np.ndarray) -> HeldOutPredictions:
    return HeldOutPredictions(
        data.examples, data.categories, softmax(logits), data.right, np.zeros(len(logits)), data.group
    )


def _outcomes(away: HeldOutPredictions) -> list[tuple[float, float]]:
    return [shares_decided(away.confidence, away.hit, threshold) for threshold in THRESHOLDS]


def measure_speed(fitted: FittedCandidate, texts: Sequence[str]) -> dict[str, float]:
    """The median time of one text in ms, and texts a second in one batch."""
    singles, [batch] = (
        seconds_each(fitted, [[text] for text in texts[:TIMED_SINGLE_EMAILS]]),
        seconds_each(fitted, [texts]),
    )
    return {"single_ms": median(singles) * 1000, "batch": len(texts) / batch}


def _file_costs(write: Callable[[Path], object], start: str) -> dict[str, float]:
    """The size of the model file, and the time that a new process takes from its start to the first prediction."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.npz"
        write(path)
        [seconds] = seconds_each(
            lambda code: subprocess.run([sys.executable, "-c", code, path], cwd=ROOT, check=True), [start]
        )
        return {"size_mb": path.stat().st_size / 2**20, "start_s": seconds}


def score_shipped(
    fitted: FittedModel, fit_s: float, away: HeldOutPredictions, elsewhere: HeldOutPredictions | None
) -> CandidateScores:
    """The same scores of the shipped classifier, which predicts all outputs in one pass."""
    classifier = fitted.classifier
    return CandidateScores(
        name="What ships",
        what="the linear SVM with mail that fits nothing, impact and urgency, compiled",
        away=metrics.compute_scores(away),
        outcomes=_outcomes(away.inside),
        elsewhere=elsewhere and metrics.compute_scores(elsewhere),
        fit_s=fit_s,
        **measure_speed(classifier.table.outputs, fitted.data.texts),
        **_file_costs(lambda path: np.savez(path, **pack(classifier)), _START_SHIPPED),
    )
