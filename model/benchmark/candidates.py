"""The candidate models that the shipped one was chosen from, with one interface: fit, then call on texts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from scipy.sparse import csr_array
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB, MultinomialNB
from sklearn.pipeline import Pipeline
from sklearn.svm import LinearSVC

from data.taxonomy import Taxonomy
from model.classify.keyword_rules import KeywordRules
from model.text.n_grams import SKLEARN_OPTIONS, tfidf_union
from model.training.linear_models import CATEGORY_OPTIONS, SVC_OPTIONS


class FittedCandidate(Protocol):
    """A fitted candidate: returns n x k logits of texts without typed pressure, the categories sorted."""

    def __call__(self, texts: Sequence[str]) -> np.ndarray: ...


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name, a short description, and a function that fits it on texts without typed pressure and their categories."""

    name: str
    what: str
    fit: Callable[[Sequence[str], np.ndarray], FittedCandidate]


def all_candidates(taxonomy: Taxonomy) -> list[Candidate]:
    """All candidates, the simplest first; the last one is shipped."""
    counts = {**SKLEARN_OPTIONS["word"], "binary": True}
    return [
        Candidate("Keyword rules", "signs written down by hand", lambda _, truth: _rules(taxonomy, truth)),
        _linear("Naive Bayes", "multinomial, on words and pairs", CountVectorizer(**counts), MultinomialNB(alpha=0.1)),
        _linear("Complement NB", "on the shipped n-grams", tfidf_union(), ComplementNB(alpha=0.5)),
        _linear("NB-SVM", "SVM on n-grams scaled by Naive Bayes", CountVectorizer(**counts), NbScale(), _svm()),
        _linear("Logistic regression", "on the shipped n-grams", tfidf_union(), LogisticRegression(C=10, max_iter=300)),
        _linear("Linear SVM", "on the shipped n-grams, calibrated", tfidf_union(), _svm()),
    ]


def _svm() -> LinearSVC:
    return LinearSVC(**CATEGORY_OPTIONS, **SVC_OPTIONS)


def _linear(name: str, what: str, *steps: Any) -> Candidate:
    def fit(texts: Sequence[str], truth: np.ndarray) -> FittedCandidate:
        from sklearn.base import clone

        fitted = Pipeline([(str(i), clone(step)) for i, step in enumerate(steps)]).fit(texts, truth)
        return PipelineCandidate(fitted)

    return Candidate(name, what, fit)


@dataclass(frozen=True, slots=True)
class PipelineCandidate:
    """A fitted pipeline."""

    pipeline: Pipeline

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        if hasattr(self.pipeline, "decision_function"):
            return self.pipeline.decision_function(texts)
        return self.pipeline.predict_log_proba(texts)


@dataclass(frozen=True, slots=True)
class KeywordRulesCandidate:
    """Keyword rules, which are not fitted."""

    rules: KeywordRules
    categories: list[str]

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        readings = (self.rules.read(text).scores for text in texts)
        return np.log([[scores.get(c, 0.0) + 1e-9 for c in self.categories] for scores in readings])


def _rules(taxonomy: Taxonomy, truth: np.ndarray) -> KeywordRulesCandidate:
    return KeywordRulesCandidate(KeywordRules(taxonomy), np.unique(truth).tolist())


class NbScale(TransformerMixin, BaseEstimator):
    """Scales each n-gram by its greatest Naive Bayes log-count ratio, one against the rest (Wang & Manning, 2012)."""

    def fit(self, x: csr_array, truth: np.ndarray) -> "NbScale":
        each = np.vstack([1 + np.asarray(x[truth == one].sum(axis=0)).ravel() for one in np.unique(truth)])
        rest = each.sum(axis=0) - each
        ratio = np.log(each / each.sum(axis=1, keepdims=True)) - np.log(rest / rest.sum(axis=1, keepdims=True))
        self.scale_ = np.abs(ratio).max(axis=0)
        return self

    def transform(self, x: csr_array) -> csr_array:
        from sklearn.preprocessing import normalize

        return normalize(x.multiply(self.scale_).tocsr())
