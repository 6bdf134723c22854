"""Linear models fitted with scikit-learn: one each for category, impact and urgency, one on an encoder's vectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from data.corpus import NO_CATEGORY
from model.classify.linear_table import LinearTable, build_table
from model.training.ngram_counts import LearnedNgrams

CATEGORY_OPTIONS = {"C": 0.4}
LEVEL_OPTIONS = {"C": 0.1, "class_weight": "balanced"}
VECTOR_OPTIONS = {"C": 3, "max_iter": 500}
SVC_OPTIONS = {"tol": 1e-3, "random_state": 0}


@dataclass(frozen=True, slots=True)
class LinearModel:
    """A linear model over f features: `classes` k, `weights` k x f, `bias` k."""

    classes: tuple[str, ...]
    weights: np.ndarray
    bias: np.ndarray

    def outputs(self, x) -> np.ndarray:
        """n x k, of features n x f."""
        return x @ self.weights.T + self.bias


def fit_linear_models(x, category: np.ndarray, levels: np.ndarray, weight: np.ndarray) -> list[LinearModel]:
    """Category, impact and urgency of n emails, from features 2n x f: those of each, then those of each under pressure.

    The category learns from the first n rows alone, the levels (n x 2) from all; `weight` is n. Classes are sorted,
    NO_CATEGORY last.
    """
    twice, weights = np.concatenate([levels, levels]), np.concatenate([weight, weight])
    axes = [_fit_svc(x, level, weights, LEVEL_OPTIONS) for level in twice.T]
    return [fit_category(x[: len(category)], category, weight), *axes]


def fit_category(x, category: np.ndarray, weight: np.ndarray) -> LinearModel:
    """A linear SVM for the category of n emails, from features n x f. Classes as in `fit_linear_models`."""
    return _no_category_last(_fit_svc(x, category, weight, CATEGORY_OPTIONS))


def fit_on_vectors(vectors: np.ndarray, category: np.ndarray, weight: np.ndarray) -> LinearModel:
    """A logistic regression for the category, on an encoder's vectors n x d. Classes as in `fit_linear_models`."""
    fitted = LogisticRegression(**VECTOR_OPTIONS).fit(vectors, category, sample_weight=weight)
    return _no_category_last(_row_per_class(fitted))


def align_outputs(model: LinearModel, x, classes: tuple[str, ...]) -> np.ndarray:
    """A model's outputs with a column for each of the classes; one that it was not fitted on is the least likely."""
    outputs = model.outputs(x)
    aligned = np.repeat(outputs.min(axis=1, keepdims=True) - 1, len(classes), axis=1)
    aligned[:, [classes.index(name) for name in model.classes]] = outputs
    return aligned


def _fit_svc(x, truth: np.ndarray, weight: np.ndarray, options: dict[str, Any]) -> LinearModel:
    """A linear SVM; where there is a single class, a model that always says it."""
    classes = np.unique(truth)
    if len(classes) == 1:
        return LinearModel(tuple(classes.tolist()), np.zeros((1, x.shape[1])), np.zeros(1))
    return _row_per_class(LinearSVC(**options, **SVC_OPTIONS).fit(x, truth, sample_weight=weight))


def _row_per_class(fitted: LinearSVC | LogisticRegression) -> LinearModel:
    """A fitted model with a row of weights for each class; scikit-learn keeps a single row for two classes."""
    weights, bias = fitted.coef_, fitted.intercept_
    if len(fitted.classes_) == 2:
        weights, bias = np.vstack([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
    return LinearModel(tuple(fitted.classes_.tolist()), weights, bias)


def _no_category_last(model: LinearModel) -> LinearModel:
    order = sorted(range(len(model.classes)), key=lambda i: model.classes[i] == NO_CATEGORY)
    return LinearModel(tuple(model.classes[i] for i in order), model.weights[order], model.bias[order])


def compile_table(ngrams: LearnedNgrams, models: Sequence[LinearModel]) -> LinearTable:
    """The table of linear models that were fitted on the TF-IDF of these n-grams."""
    weights = np.vstack([model.weights for model in models]).T
    rows = np.column_stack([weights * ngrams.idf[:, None], ngrams.idf**2]).astype(np.float32, order="C")
    return build_table(ngrams.word, ngrams.char, rows, np.concatenate([model.bias for model in models]))
