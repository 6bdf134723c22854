"""The trained classifier: TF-IDF n-grams into multinomial logistic regression, calibrated, with impact and urgency."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random

import numpy as np
from joblib import Parallel, delayed
from scipy.sparse import vstack
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion

from data.corpus import Example
from data.schema import Email, Prediction
from data.taxonomy import Taxonomy
from model.calibration import softmax, temperature
from model.decide import Limits, Reading, prediction
from model.features import readable, union, words
from model.groups import folds, groups
from model.novelty import FAMILIAR_QUANTILE, Familiar, centroids, known_shares, similarity, vocabulary
from model.priority import calm, pressed

FOLDS = 5
CATEGORY_C = 10
LEVEL_C = 1


@dataclass(frozen=True, slots=True)
class Heads:
    """What is fitted on the texts alone: the n-grams, and a linear model each for category, impact and urgency."""

    features: FeatureUnion
    category: LogisticRegression
    impact: LogisticRegression | DummyClassifier
    urgency: LogisticRegression | DummyClassifier


@dataclass(frozen=True, slots=True)
class Usual:
    """The training mail, each as a model saw it that had not learned from it: one number an email."""

    length: np.ndarray
    known: np.ndarray
    novelty: np.ndarray


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """Answers on mail the model had not learned from, in corpus order: calibrated scores n x k, levels n each."""

    scores: np.ndarray
    impact: np.ndarray
    urgency: np.ndarray
    groups: np.ndarray


@dataclass(frozen=True)
class Classifier:
    """A fitted classifier; the last three fields are handed in when it is put to use."""

    heads: Heads
    temperature: float
    familiar: Familiar
    usual: Usual
    taxonomy: Taxonomy
    limits: Limits = field(default_factory=Limits)
    name: str = "the trained model"
    version: str = "unsaved"

    @property
    def categories(self) -> list[str]:
        """The category keys, in the order of the columns of all scores."""
        return self.heads.category.classes_.tolist()

    def predict(self, emails: Sequence[Email]) -> list[Prediction]:
        """One decision an email, in order."""
        readings = self.read([email.text for email in emails]) if emails else []
        return [
            prediction(email, reading, self.taxonomy, self.limits, self.name, self.version)
            for email, reading in zip(emails, readings, strict=True)
        ]

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """Calibrated scores, impact, urgency and novelty of each text."""
        calmed = [self.calm(text) for text in texts]
        x = self.heads.features.transform(calmed)
        scores = softmax(self.heads.category.decision_function(x), self.temperature)
        found = [words(text) for text in calmed]
        known = known_shares(found, self.familiar.vocabulary)
        close = similarity(x, self.familiar.centroids)
        columns = (
            scores.tolist(),
            self.heads.impact.predict(x).tolist(),
            self.heads.urgency.predict(x).tolist(),
            list(map(len, found)),
            known.tolist(),
            self.familiar.novelty(close, known).tolist(),
        )
        return [Reading(dict(zip(self.categories, s, strict=True)), *rest) for s, *rest in zip(*columns, strict=True)]

    def calm(self, text: str) -> str:
        """The text as the model reads it: cut, folded, typed pressure blanked out, every character in its place."""
        return calm(readable(text), self.taxonomy.pressure)

    def put_to_use(self, limits: Limits, name: str, version: str) -> "Classifier":
        """The same classifier with its limits for deciding, and the name and version it answers under."""
        return replace(self, limits=limits, name=name, version=version)


def fit(examples: Sequence[Example], taxonomy: Taxonomy, seed: int = 0, jobs: int = 1) -> tuple[Classifier, OutOfFold]:
    """Fit on labelled emails, and once more on each fold of them for calibration and for honest scores.

    Impact and urgency learn each email twice, as it is and under typed pressure, so that pressure counts for nothing.
    Families and near-duplicates never straddle a fold. `jobs` processes fit the folds (-1: one a core).
    Raises ValueError when there is too little to learn from.
    """
    random = Random(seed)  # noqa: S311
    texts = [calm(readable(e.text), taxonomy.pressure) for e in examples]
    loud = [calm(readable(pressed(e.subject, e.body, taxonomy.pressure, random)), taxonomy.pressure) for e in examples]
    truth = np.array([example.category for example in examples])
    levels = np.array([(example.impact, example.urgency) for example in examples])
    group = groups(texts, [example.family for example in examples])
    logits, impact, urgency, known, close = _out_of_fold(
        texts, loud, truth, levels, folds(truth, group, FOLDS, seed), jobs
    )

    heads, x = _fit_heads(texts, loud, truth, levels)
    t = temperature(logits, np.searchsorted(heads.category.classes_, truth))
    familiar = Familiar(centroids(x, truth), float(np.quantile(close, FAMILIAR_QUANTILE)), vocabulary(heads.features))
    usual = Usual(
        length=np.array([len(words(text)) for text in texts]),
        known=known,
        novelty=familiar.novelty(close, known),
    )
    return Classifier(heads, t, familiar, usual, taxonomy), OutOfFold(softmax(logits, t), impact, urgency, group)


def _fit_heads(texts, loud, truth, levels):
    """Heads fitted on emails (impact and urgency on the same under pressure too), and the emails' features, n x f."""
    features = union()
    try:
        x = features.fit_transform(texts)
    except ValueError as error:
        raise ValueError("The emails share no words that could be learned from: add more of them.") from error
    both, twice = vstack([x, features.transform(loud)]), np.concatenate([levels, levels])
    impact, urgency = (_level_head(both, y) for y in twice.T)
    return Heads(features, _category_head(x, truth), impact, urgency), x


def _category_head(x, truth) -> LogisticRegression:
    """One row of weights a category, for two categories as well (where scikit-learn keeps a single row)."""
    head = LogisticRegression(C=CATEGORY_C, max_iter=300).fit(x, truth)
    if len(head.classes_) == 2:
        head.coef_ = np.vstack([-head.coef_, head.coef_]) / 2
        head.intercept_ = np.concatenate([-head.intercept_, head.intercept_]) / 2
    return head


def _level_head(x, levels) -> LogisticRegression | DummyClassifier:
    """All levels weigh the same, however rare; where there is one level only, it is always the answer."""
    if len(np.unique(levels)) == 1:
        return DummyClassifier(strategy="most_frequent").fit(x, levels)
    return LogisticRegression(C=LEVEL_C, class_weight="balanced").fit(x, levels)


def _out_of_fold(texts, loud, truth, levels, split, jobs):
    """Logits n x k, impact, urgency, known share and similarity, each row by a model that had not seen it."""
    work = (delayed(_one_fold)(texts, loud, truth, levels, train, test) for train, test in split)
    parts = Parallel(n_jobs=jobs)(work)
    order = np.argsort(np.concatenate([test for _, test in split]))
    return [np.concatenate(column)[order] for column in zip(*parts, strict=True)]


def _one_fold(texts, loud, truth, levels, train, test):
    heads, x = _fit_heads([texts[i] for i in train], [loud[i] for i in train], truth[train], levels[train])
    held_out = [texts[i] for i in test]
    z = heads.features.transform(held_out)
    known = known_shares([words(text) for text in held_out], vocabulary(heads.features))
    logits = heads.category.decision_function(z)
    return logits, heads.impact.predict(z), heads.urgency.predict(z), known, similarity(z, centroids(x, truth[train]))
