"""The fitted model in scikit-learn's own form, written when asked for: `make train REFERENCE=1`."""

import io
from pathlib import Path

import joblib
import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.svm import LinearSVC

from model.serving.atomic_write import write_atomically
from model.text.n_grams import tfidf_union
from model.training.fit import FittedModel
from model.training.linear_models import LinearModel


def write_reference(fitted: FittedModel, path: Path) -> None:
    """Write the pipelines into one file, which `joblib.load` opens where the same scikit-learn is installed.

    Raises NotSaved.
    """
    file = io.BytesIO()
    joblib.dump(reference_pipelines(fitted), file, compress=3)
    write_atomically(path, file.getvalue())


def reference_pipelines(fitted: FittedModel) -> dict[str, Pipeline]:
    """A fitted Pipeline each for "category", "impact" and "urgency", of TF-IDF and LinearSVC; it reads folded texts."""
    tfidf = tfidf_union().fit(fitted.data.texts)
    names = ("category", "impact", "urgency")
    return {
        name: Pipeline([("tfidf", tfidf), ("classifier", as_linear_svc(model))])
        for name, model in zip(names, fitted.linear_models, strict=True)
    }


def as_linear_svc(model: LinearModel) -> LinearSVC:
    """A LinearSVC of the model's weights: like scikit-learn's own it has a single row of them for two classes."""
    weights, bias = model.weights, model.bias
    if len(model.classes) == 2:
        weights, bias = weights[1:] - weights[:1], bias[1:] - bias[:1]
    svc = LinearSVC()
    svc.classes_, svc.coef_, svc.intercept_ = np.array(model.classes), weights, bias
    svc.n_features_in_ = weights.shape[1]
    return svc
