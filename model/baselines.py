"""What the trained model has to beat: keyword rules and Naive Bayes, scored on the same folds."""

from collections.abc import Sequence

import numpy as np

from data.corpus import Example
from data.taxonomy import Taxonomy
from model.features import WORD_RANGE, fold
from model.rules import Rules


def keyword_rules(examples: Sequence[Example], categories: Sequence[str], taxonomy: Taxonomy) -> np.ndarray:
    """Scores of the keyword rules, n x k; a category that has no signs gets none."""
    readings = [Rules(taxonomy).read(example.text) for example in examples]
    return np.array([[reading.scores.get(category, 0.0) for category in categories] for reading in readings])


def naive_bayes(examples: Sequence[Example], split: Sequence[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Out-of-fold probabilities of multinomial Naive Bayes on word n-gram counts, n x k, categories sorted."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline

    texts = np.array([example.text for example in examples], dtype=object)
    truth = np.array([example.category for example in examples])
    result = np.zeros((len(texts), len(np.unique(truth))))
    for train, test in split:
        counts = CountVectorizer(preprocessor=fold, ngram_range=WORD_RANGE)
        bayes = make_pipeline(counts, MultinomialNB(alpha=0.1)).fit(texts[train], truth[train])
        result[test] = bayes.predict_proba(texts[test])
    return result
