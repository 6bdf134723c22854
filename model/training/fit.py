"""Learns from labelled emails: all heads at once, and once more on each fold for honest answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from joblib import Parallel, delayed
from sklearn.pipeline import FeatureUnion

from data.corpus import Example
from data.taxonomy import Taxonomy
from model.classify.classifier import Classifier, Outputs, Usual, shares
from model.classify.linear_table import compiled
from model.classify.second_opinion import Encode, Second, blend, unsure
from model.confidence.calibration import temperature
from model.confidence.conformal import least_share
from model.confidence.novelty import known_shares, novelty
from model.evaluation.held_out import Evidence
from model.evaluation.splits import folds, industry_folds
from model.text.n_grams import union
from model.text.normalize import words
from model.training.dataset import Dataset, dataset
from model.training.linear_models import Head, aligned, heads, meaning_head
from model.training.ngram_counts import Grams, grams

FOLDS = 5
LARGE = 50
"""Emails of an industry from which its temperature can be told."""

HARDEST = 0.9
NO_WORDS = "The emails share no words that could be learned from: add more of them."

Split = Sequence[tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True, slots=True)
class Answers:
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
class Fitted:
    """What came out of a training: the classifier, what scikit-learn fitted, and honest answers on all emails.

    `grouped` are by models that had seen no look-alike of an email, `away` by models that had seen no email of its
    industry.
    """

    classifier: Classifier
    features: FeatureUnion
    heads: list[Head]
    data: Dataset
    grouped: Answers
    away: Answers

    def evidence(self, given: Answers, second: bool = True) -> Evidence:
        """Answers, calibrated as the classifier's are, beside their truth; with its second opinion or without."""
        classifier = self.classifier
        return evidence(self.data, given, classifier.temperature, classifier.second if second else None)


def fit(
    examples: Sequence[Example],
    taxonomy: Taxonomy,
    seed: int = 0,
    jobs: int = 1,
    encode: Encode | None = None,
    tell: Callable[[float], None] = lambda share: None,
) -> Fitted:
    """Fit on labelled emails; those of the category NOWHERE teach what fits none.

    Impact and urgency learn each email twice, as it is and under typed pressure, so that pressure counts for nothing.
    `jobs` threads fit the folds (-1: one a core); with an encoder a second opinion is fitted too. `tell` hears which
    share of the work is done, and may raise to end it.
    Raises ValueError when there is too little to learn from.
    """
    data = dataset(examples, taxonomy, seed)
    split = folds(data.category, data.group, FOLDS, seed)
    all_grams = counted(data)
    vectors = encode(data.texts) if encode else np.zeros((len(examples), 0))
    tell(0.1)
    grouped = answers(data, all_grams, vectors, split, jobs, lambda share: tell(0.1 + 0.4 * share))
    apart = industry_folds(data.industry, data.group, FOLDS)
    away = answers(data, all_grams, vectors, apart, jobs, lambda share: tell(0.5 + 0.4 * share))
    n = len(data.texts)
    with all_grams.on_disk(np.arange(n), np.arange(2 * n)) as x:
        del all_grams  # the fit of all emails takes the most memory
        fitted = heads(x, data.category, levels(data), data.weight)
    features = union().fit(data.texts)
    t = _temperature(data, away.logits)
    second = _second(data, away, vectors, t, encode) if encode else None
    found = evidence(data, away, t, None)
    outputs = Outputs(data.categories, len(fitted[0].classes) > len(data.categories), *(h.classes for h in fitted[1:]))
    classifier = Classifier(
        table=compiled(features, fitted),
        outputs=outputs,
        temperature=t,
        least_share=least_share(found.scores, data.right, data.group),
        usual=_usual(data, away, found),
        taxonomy=taxonomy,
        second=second,
    )
    return Fitted(classifier, features, fitted, data, grouped, away)


def evidence(data: Dataset, given: Answers, t: float, second: Second | None) -> Evidence:
    """Answers, calibrated by the temperature t and by that of the second opinion, beside their truth."""
    logits = given.logits / t
    if second:
        asked = unsure(logits, len(data.categories))
        logits[asked] = blend(logits[asked], given.second[asked]) / second.temperature
    scores, nowhere = shares(logits, len(data.categories))
    return Evidence(data.examples, data.categories, scores, data.right, novelty(nowhere, given.known), data.group)


def counted(data: Dataset) -> Grams:
    """The n-grams of all texts, and after them of all loud ones. Raises ValueError where no texts share one."""
    found = grams([*data.texts, *data.loud], learned=len(data.texts))
    if not any(found.vocabulary(np.arange(len(data.texts)))):
        raise ValueError(NO_WORDS)
    return found


def _temperature(data: Dataset, logits: np.ndarray, chosen: np.ndarray | None = None) -> float:
    """A temperature fit for the hardest tenth of the industries that a model had not seen, so that it isn't too sure
    of itself on the next one; fitted on all emails together where no industry is large enough.
    """
    inside = data.inside if chosen is None else data.inside & chosen
    truth = np.searchsorted(data.categories, data.category)
    large = [name for name in np.unique(data.industry) if (inside & (data.industry == name)).sum() >= LARGE]
    parts = [inside & (data.industry == name) for name in large] or [inside]
    each = [temperature(logits[part, : len(data.categories)], truth[part]) for part in parts]
    return float(np.quantile(each, HARDEST))


def _second(data: Dataset, away: Answers, vectors: np.ndarray, t: float, encode: Encode) -> Second:
    head = meaning_head(vectors, data.category, data.weight)
    first = away.logits / t
    asked = unsure(first, len(data.categories))
    if (asked & data.inside).sum() < LARGE:
        asked = np.ones_like(asked)
    both = Second(head.weights, head.bias, _temperature(data, blend(first, away.second), asked), 0.0, encode)
    scores = evidence(data, away, t, both).scores
    return replace(both, least_share=least_share(scores, data.right, data.group))


def _usual(data: Dataset, away: Answers, found: Evidence) -> Usual:
    inside = data.inside
    length = np.array([len(words(text)) for text in data.texts])
    return Usual(length[inside], away.known[inside], found.novelty[inside])


def answers(
    data: Dataset,
    all_grams: Grams,
    vectors: np.ndarray,
    split: Split,
    jobs: int = 1,
    tell: Callable[[float], None] = lambda share: None,
) -> Answers:
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
    return Answers(*(np.concatenate(column)[order] for column in zip(*parts, strict=True)))


def levels(data: Dataset) -> np.ndarray:
    """Impact and urgency, n x 2."""
    return np.column_stack([data.impact, data.urgency])


def _one_fold(all_grams: Grams, vectors: np.ndarray, data: Dataset, train: np.ndarray, test: np.ndarray):
    with all_grams.on_disk(train, np.concatenate([train, train + len(data.texts)])) as x:
        category, impact, urgency = heads(x, data.category[train], levels(data)[train], data.weight[train])
    z = all_grams.features(train, test)
    known = known_shares([words(data.texts[i]) for i in test], all_grams.vocabulary(train))
    best = (np.array(head.classes)[head.outputs(z).argmax(axis=1)] for head in (impact, urgency))
    logits, meant = aligned(category, z, data.classes), vectors[test]
    if vectors.size:
        meant = aligned(meaning_head(vectors[train], data.category[train], data.weight[train]), meant, data.classes)
    return logits, meant, known, *best
