"""Learns from labelled emails: all heads at once, and once more on each fold for honest answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from joblib import Parallel, delayed

from data.corpus import Example
from data.taxonomy import Taxonomy
from model.classify.classifier import Classifier, OutputColumns, TrainingMailStats, class_probabilities
from model.classify.linear_table import compile_table
from model.classify.second_opinion import Encode, SecondOpinion, needs_second_opinion, pool_opinions
from model.confidence.calibration import MIN_GROUP_EMAILS, TemperatureScaling
from model.confidence.conformal import fit_least_share
from model.confidence.novelty import known_word_share, novelty
from model.evaluation.held_out import HeldOutPredictions
from model.evaluation.splits import grouped_folds, industry_folds
from model.text.normalize import tokens
from model.training.dataset import Dataset, build_dataset
from model.training.linear_models import LinearModel, align_outputs, fit_linear_models, fit_on_vectors
from model.training.ngram_counts import NgramCounts, count_ngrams

FOLDS = 5
NO_WORDS = "The emails share no words that could be learned from: add more of them."

Split = Sequence[tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """Answers on mail that the model had not learned from, in the order of the examples.

    `logits` n x k of the categories and, last, of fitting none (where there are such emails), by the n-grams; `second`
    the same by the meaning, or n x 0 where there is no encoder; `known` n; `impact` and `urgency` n levels.
    """

    logits: np.ndarray
    second: np.ndarray
    known: np.ndarray
    impact: np.ndarray
    urgency: np.ndarray


@dataclass(frozen=True, slots=True)
class FittedModel:
    """The result of a training: the classifier, its linear models, and out-of-fold predictions for all emails.

    `grouped` are by models that had seen no look-alike of an email, `away` by models that had seen no email of its
    industry.
    """

    classifier: Classifier
    linear_models: list[LinearModel]
    data: Dataset
    grouped: OutOfFold
    away: OutOfFold

    def evidence(self, given: OutOfFold, second: bool = True) -> HeldOutPredictions:
        """Answers, calibrated as the classifier's are, beside their truth; with its second opinion or without."""
        classifier = self.classifier
        return held_out_predictions(self.data, given, classifier.calibration, classifier.second if second else None)


def fit_model(
    examples: Sequence[Example],
    taxonomy: Taxonomy,
    seed: int = 0,
    jobs: int = 1,
    encode: Encode | None = None,
    tell: Callable[[float], None] = lambda share: None,
) -> FittedModel:
    """Fit on labelled emails; those of the category NOWHERE teach what fits none.

    Impact and urgency learn each email twice, as it is and under typed pressure, so that pressure counts for nothing.
    `jobs` threads fit the folds (-1: one a core); with an encoder a second opinion is fitted too. `tell` hears which
    share of the work is done, and may raise to end it.
    Raises ValueError when there is too little to learn from.
    """
    data = build_dataset(examples, taxonomy, seed)
    split = grouped_folds(data.category, data.group, FOLDS, seed)
    all_grams = count_dataset(data)
    vectors = encode(data.texts) if encode else np.zeros((len(examples), 0))
    tell(0.1)
    grouped = cross_validate(data, all_grams, vectors, split, jobs, lambda share: tell(0.1 + 0.4 * share))
    apart = industry_folds(data.industry, data.group, FOLDS)
    away = cross_validate(data, all_grams, vectors, apart, jobs, lambda share: tell(0.5 + 0.4 * share))
    everyone, n = np.arange(len(data.texts)), len(data.texts)
    ngrams = all_grams.learned(everyone)
    with all_grams.tfidf_on_disk(everyone, np.arange(2 * n)) as x:
        del all_grams  # the fit of all emails takes the most memory
        fitted = fit_linear_models(x, data.category, levels(data), data.weight)
    calibration = _fit_calibration(data, away.logits, data.inside)
    second = _second(data, away, vectors, calibration, encode) if encode else None
    found = held_out_predictions(data, away, calibration, None)
    outputs = OutputColumns(
        data.categories, len(fitted[0].classes) > len(data.categories), *(h.classes for h in fitted[1:])
    )
    classifier = Classifier(
        table=compile_table(ngrams, fitted),
        outputs=outputs,
        calibration=calibration,
        least_share=fit_least_share(found.scores, data.right, data.group),
        usual=_usual(data, away, found),
        taxonomy=taxonomy,
        second=second,
    )
    return FittedModel(classifier, fitted, data, grouped, away)


def held_out_predictions(
    data: Dataset, given: OutOfFold, calibration: TemperatureScaling, second: SecondOpinion | None
) -> HeldOutPredictions:
    """Out-of-fold predictions, calibrated, beside their truth; with the second opinion where there is one."""
    logits = calibration.apply(given.logits)
    if second:
        asked = needs_second_opinion(logits, len(data.categories))
        logits[asked] = second.calibration.apply(pool_opinions(logits[asked], given.second[asked]))
    scores, nowhere = class_probabilities(logits, len(data.categories))
    return HeldOutPredictions(
        data.examples, data.categories, scores, data.right, novelty(nowhere, given.known), data.group
    )


def count_dataset(data: Dataset) -> NgramCounts:
    """The n-grams of all texts, and after them of all loud ones. Raises ValueError where no texts share one."""
    found = count_ngrams([*data.texts, *data.loud], learned=len(data.texts))
    if not any(found.vocabulary(np.arange(len(data.texts)))):
        raise ValueError(NO_WORDS)
    return found


def _fit_calibration(data: Dataset, logits: np.ndarray, chosen: np.ndarray) -> TemperatureScaling:
    """Calibration of the categories' logits for the hardest tenth of the industries, on the chosen emails."""
    truth = np.searchsorted(data.categories, data.category[chosen])
    return TemperatureScaling.fit_hardest(logits[chosen, : len(data.categories)], truth, data.industry[chosen])


def _second(
    data: Dataset, away: OutOfFold, vectors: np.ndarray, calibration: TemperatureScaling, encode: Encode
) -> SecondOpinion:
    head = fit_on_vectors(vectors, data.category, data.weight)
    first = calibration.apply(away.logits)
    asked = data.inside & needs_second_opinion(first, len(data.categories))
    if asked.sum() < MIN_GROUP_EMAILS:
        asked = data.inside
    pooled = _fit_calibration(data, pool_opinions(first, away.second), asked)
    both = SecondOpinion(head.weights, head.bias, pooled, 0.0, encode)
    scores = held_out_predictions(data, away, calibration, both).scores
    return replace(both, least_share=fit_least_share(scores, data.right, data.group))


def _usual(data: Dataset, away: OutOfFold, found: HeldOutPredictions) -> TrainingMailStats:
    inside = data.inside
    length = np.array([len(tokens(text)) for text in data.texts])
    return TrainingMailStats(length[inside], away.known[inside], found.novelty[inside])


def cross_validate(
    data: Dataset,
    all_grams: NgramCounts,
    vectors: np.ndarray,
    split: Split,
    jobs: int = 1,
    tell: Callable[[float], None] = lambda share: None,
) -> OutOfFold:
    """Answers on the test part of each fold by heads that were fitted on its training part; each email is in one.

    :param all_grams: as from `counted`.
    :param vectors: what the texts mean, n x d; d is 0 where there is no encoder.
    """
    work = (delayed(_one_fold)(all_grams, vectors, data, train, test) for train, test in split)
    parts = []
    for part in Parallel(n_jobs=jobs, backend="threading", return_as="generator")(work):
        parts.append(part)
        tell(len(parts) / len(split))
    order = np.argsort(np.concatenate([test for _, test in split]))
    return OutOfFold(*(np.concatenate(column)[order] for column in zip(*parts, strict=True)))


def levels(data: Dataset) -> np.ndarray:
    """Impact and urgency, n x 2."""
    return np.column_stack([data.impact, data.urgency])


def _one_fold(all_grams: NgramCounts, vectors: np.ndarray, data: Dataset, train: np.ndarray, test: np.ndarray):
    with all_grams.tfidf_on_disk(train, np.concatenate([train, train + len(data.texts)])) as x:
        category, impact, urgency = fit_linear_models(x, data.category[train], levels(data)[train], data.weight[train])
    z, vocabulary = all_grams.tfidf(train, test), all_grams.vocabulary(train)
    known = np.array([known_word_share(tokens(data.texts[i]), vocabulary) for i in test])
    best = (np.array(head.classes)[head.outputs(z).argmax(axis=1)] for head in (impact, urgency))
    logits, meant = align_outputs(category, z, data.classes), vectors[test]
    if vectors.size:
        meant = align_outputs(
            fit_on_vectors(vectors[train], data.category[train], data.weight[train]), meant, data.classes
        )
    return logits, meant, known, *best
