"""The linear models that are fitted with scikit-learn: one for the category, one each for impact and urgency."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from data.corpus import NO_CATEGORY

CATEGORY = {"C": 0.4}
LEVEL = {"C": 0.1, "class_weight": "balanced"}
MEANING = {"C": 3, "max_iter": 500}
SHARED = {"tol": 1e-3, "random_state": 0}


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

    The category learns from the first n alone, the levels (n x 2) from all; weight n. The classes are sorted, NOWHERE
    last.
    """
    twice, weights = np.concatenate([levels, levels]), np.concatenate([weight, weight])
    return [fit_category(x[: len(category)], category, weight), *(_head(x, one, weights, LEVEL) for one in twice.T)]


def fit_category(x, category: np.ndarray, weight: np.ndarray) -> LinearModel:
    """The category alone."""
    return _last(NO_CATEGORY, _head(x, category, weight, CATEGORY))


def fit_on_vectors(vectors: np.ndarray, category: np.ndarray, weight: np.ndarray) -> LinearModel:
    """The category by what a text means, fitted on an encoder's vectors n x d. Classes as in `heads`."""
    fitted = LogisticRegression(**MEANING).fit(vectors, category, sample_weight=weight)
    return _last(NO_CATEGORY, _linear(fitted))


def align_outputs(head: LinearModel, x, classes: tuple[str, ...]) -> np.ndarray:
    """A head's outputs with a column for each of the classes; one that it has not met is the least likely of all."""
    outputs = head.outputs(x)
    result = np.repeat(outputs.min(axis=1, keepdims=True) - 1, len(classes), axis=1)
    result[:, [classes.index(one) for one in head.classes]] = outputs
    return result


def _head(x, truth: np.ndarray, weight: np.ndarray, options: dict[str, Any]) -> LinearModel:
    """One row of weights a class, for one and two classes as well."""
    classes = np.unique(truth)
    if len(classes) == 1:
        return LinearModel(tuple(classes.tolist()), np.zeros((1, x.shape[1])), np.zeros(1))
    return _linear(LinearSVC(**options, **SHARED).fit(x, truth, sample_weight=weight))


def _linear(fitted: LinearSVC | LogisticRegression) -> LinearModel:
    """A fitted model's rows of weights; scikit-learn keeps a single one where there are two classes."""
    weights, bias = fitted.coef_, fitted.intercept_
    if len(fitted.classes_) == 2:
        weights, bias = np.vstack([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
    return LinearModel(tuple(fitted.classes_.tolist()), weights, bias)


def _last(name: str, head: LinearModel) -> LinearModel:
    order = sorted(range(len(head.classes)), key=lambda i: head.classes[i] == name)
    return LinearModel(tuple(head.classes[i] for i in order), head.weights[order], head.bias[order])
