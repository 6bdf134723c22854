"""Fits the classifier on labelled emails, and in cross-validation the same models for out-of-fold outputs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from joblib import Parallel, delayed

from data.corpus import NO_CATEGORY, Example
from data.taxonomy import Taxonomy
from model.classify.classifier import Classifier, OutputColumns, TrainingMailStats, class_probabilities
from model.classify.second_opinion import Encode, SecondOpinion, needs_second_opinion, pool_opinions
from model.confidence.calibration import MIN_GROUP_EMAILS, TemperatureScaling
from model.confidence.conformal import fit_least_share
from model.confidence.novelty import known_word_share, novelty
from model.evaluation.held_out import HeldOutPredictions
from model.evaluation.splits import grouped_folds, industry_folds
from model.text.normalize import tokens
from model.training.dataset import Dataset, build_dataset
from model.training.linear_models import LinearModel, align_outputs, compile_table, fit_linear_models, fit_on_vectors
from model.training.ngram_counts import LearnedNgrams, NgramCounts, count_ngrams

FOLDS = 5
NO_SHARED_WORDS = "The emails share no words that could be learned from: add more of them."

Split = Sequence[tuple[np.ndarray, np.ndarray]]
Tell = Callable[[float], None]
"""Hears which share of the work is done, and may raise to end it."""


@dataclass(frozen=True, slots=True)
class OutOfFoldOutputs:
    """Uncalibrated outputs for n emails by models that were not fitted on them, in the order of the examples.

    `logits` n x k of the categories and, last, of no category (where there are such emails); `second_logits` the same
    by the second opinion, n x 0 without an encoder; `known` n shares of known words; `impact` and `urgency` n levels.
    """

    logits: np.ndarray
    second_logits: np.ndarray
    known: np.ndarray
    impact: np.ndarray
    urgency: np.ndarray


@dataclass(frozen=True, slots=True)
class FittedModel:
    """The result of a training: the classifier, its linear models, and out-of-fold outputs for all emails.

    `by_group` are by models that had seen no look-alike of an email, `by_industry` by models that had seen no email of
    its industry.
    """

    classifier: Classifier
    linear_models: list[LinearModel]
    data: Dataset
    by_group: OutOfFoldOutputs
    by_industry: OutOfFoldOutputs

    def held_out(self, outputs: OutOfFoldOutputs) -> HeldOutPredictions:
        """The calibrated predictions of these outputs, with the classifier's second opinion if it has one."""
        classifier = self.classifier
        return held_out_predictions(self.data, outputs, classifier.calibration, classifier.second_opinion)


def fit_model(
    examples: Sequence[Example],
    taxonomy: Taxonomy,
    seed: int = 0,
    jobs: int = 1,
    encode: Encode | None = None,
    tell: Tell = lambda share: None,
) -> FittedModel:
    """Fit on labelled emails; those of NO_CATEGORY teach what fits no category.

    Impact and urgency learn each email twice, as it is and under typed pressure, so that pressure counts for nothing.
    `jobs` threads fit the folds (-1: one a core); with an encoder a second opinion is fitted too.
    Raises ValueError when there is too little to learn from.
    """
    data = build_dataset(examples, taxonomy, seed)
    groups = grouped_folds(data.category, data.group, FOLDS, seed)
    counts = count_dataset_ngrams(data)
    vectors = encode(data.texts) if encode else np.zeros((len(examples), 0))
    tell(0.1)
    by_group = cross_validate(data, counts, vectors, groups, jobs, lambda share: tell(0.1 + 0.4 * share))
    industries = industry_folds(data.industry, data.group, FOLDS)
    by_industry = cross_validate(data, counts, vectors, industries, jobs, lambda share: tell(0.5 + 0.4 * share))
    everyone = np.arange(len(data.texts))
    ngrams = counts.learned(everyone)
    with counts.tfidf_on_disk(everyone, np.concatenate([everyone, everyone + len(everyone)])) as x:
        del counts  # the fit of all emails takes the most memory
        models = fit_linear_models(x, data.category, levels(data), data.weight)
    classifier = _calibrated(data, ngrams, models, by_industry, taxonomy)
    if encode:
        second_opinion = _fit_second_opinion(data, by_industry, vectors, classifier.calibration, encode)
        classifier = replace(classifier, second_opinion=second_opinion)
    return FittedModel(classifier, models, data, by_group, by_industry)


def held_out_predictions(
    data: Dataset, outputs: OutOfFoldOutputs, calibration: TemperatureScaling, second: SecondOpinion | None
) -> HeldOutPredictions:
    """Out-of-fold predictions, calibrated, beside their truth; with the second opinion if there is one."""
    logits = calibration.apply(outputs.logits)
    if second:
        asked = needs_second_opinion(logits, len(data.categories))
        logits[asked] = second.calibration.apply(pool_opinions(logits[asked], outputs.second_logits[asked]))
    scores, no_category = class_probabilities(logits, len(data.categories))
    return HeldOutPredictions(
        data.examples, data.categories, scores, data.right, novelty(no_category, outputs.known), data.group
    )


def count_dataset_ngrams(data: Dataset) -> NgramCounts:
    """The n-grams of all texts, then of all texts under pressure. Raises ValueError where no texts share a word."""
    counts = count_ngrams([*data.texts, *data.pressured_texts], learned=len(data.texts))
    if not any(counts.vocabulary(np.arange(len(data.texts)))):
        raise ValueError(NO_SHARED_WORDS)
    return counts


def cross_validate(
    data: Dataset,
    counts: NgramCounts,
    vectors: np.ndarray,
    split: Split,
    jobs: int = 1,
    tell: Tell = lambda share: None,
) -> OutOfFoldOutputs:
    """Outputs for the test part of each fold by models that were fitted on its training part; each email is in one.

    :param counts: as from `count_dataset_ngrams`.
    :param vectors: an encoder's vectors of the texts, n x d; d is 0 where there is no encoder.
    """
    work = (delayed(_fit_fold)(data, counts, vectors, train, test) for train, test in split)
    parts = []
    for part in Parallel(n_jobs=jobs, backend="threading", return_as="generator")(work):
        parts.append(part)
        tell(len(parts) / len(split))
    order = np.argsort(np.concatenate([test for _, test in split]))
    return OutOfFoldOutputs(*(np.concatenate(column)[order] for column in zip(*parts, strict=True)))


def levels(data: Dataset) -> np.ndarray:
    """Impact and urgency, n x 2."""
    return np.column_stack([data.impact, data.urgency])


def _calibrated(
    data: Dataset, ngrams: LearnedNgrams, models: list[LinearModel], held_out: OutOfFoldOutputs, taxonomy: Taxonomy
) -> Classifier:
    """The classifier of fitted models, calibrated on held-out outputs; without a second opinion."""
    category, impact, urgency = models
    calibration = _fit_calibration(data, held_out.logits, data.inside)
    found = held_out_predictions(data, held_out, calibration, None)
    length, inside = np.array([len(tokens(text)) for text in data.texts]), data.inside
    return Classifier(
        table=compile_table(ngrams, models),
        outputs=OutputColumns(data.categories, NO_CATEGORY in category.classes, impact.classes, urgency.classes),
        calibration=calibration,
        least_share=fit_least_share(found.scores, data.right, data.group),
        usual=TrainingMailStats(length[inside], held_out.known[inside], found.novelty[inside]),
        taxonomy=taxonomy,
    )


def _fit_calibration(data: Dataset, logits: np.ndarray, chosen: np.ndarray) -> TemperatureScaling:
    """Calibration of the categories' logits for the hardest tenth of the industries, on the chosen emails."""
    truth = np.searchsorted(data.categories, data.category[chosen])
    return TemperatureScaling.fit_hardest(logits[chosen, : len(data.categories)], truth, data.industry[chosen])


def _fit_second_opinion(
    data: Dataset, held_out: OutOfFoldOutputs, vectors: np.ndarray, calibration: TemperatureScaling, encode: Encode
) -> SecondOpinion:
    """Fitted on all emails' vectors, and calibrated on those held-out outputs for which it would be asked."""
    model = fit_on_vectors(vectors, data.category, data.weight)
    first = calibration.apply(held_out.logits)
    asked = data.inside & needs_second_opinion(first, len(data.categories))
    if asked.sum() < MIN_GROUP_EMAILS:
        asked = data.inside
    pooled = _fit_calibration(data, pool_opinions(first, held_out.second_logits), asked)
    second = SecondOpinion(model.weights, model.bias, pooled, 0.0, encode)
    scores = held_out_predictions(data, held_out, calibration, second).scores
    return replace(second, least_share=fit_least_share(scores, data.right, data.group))


def _fit_fold(data: Dataset, counts: NgramCounts, vectors: np.ndarray, train: np.ndarray, test: np.ndarray):
    """One fold's part of each field of OutOfFoldOutputs."""
    with counts.tfidf_on_disk(train, np.concatenate([train, train + len(data.texts)])) as x:
        category, *axes = fit_linear_models(x, data.category[train], levels(data)[train], data.weight[train])
    features, vocabulary = counts.tfidf(train, test), counts.vocabulary(train)
    second_logits = vectors[test]
    if vectors.size:
        second = fit_on_vectors(vectors[train], data.category[train], data.weight[train])
        second_logits = align_outputs(second, vectors[test], data.classes)
    known = np.array([known_word_share(tokens(data.texts[i]), vocabulary) for i in test])
    impact, urgency = (np.array(model.classes)[model.outputs(features).argmax(axis=1)] for model in axes)
    return align_outputs(category, features, data.classes), second_logits, known, impact, urgency
