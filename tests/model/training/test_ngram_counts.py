"""Counted once and weighed anew for each fold: the same numbers as fitting on the fold."""

import numpy as np
import pytest

from data import corpus
from model.classify.linear_table import compile_table
from model.confidence.novelty import known_word_shares
from model.text.n_grams import tfidf_union
from model.text.normalize import tokens
from model.training.linear_models import LinearModel
from model.training.ngram_counts import count_ngrams

TEXTS = [example.text for example in corpus.read_corpus()[::28]]
TRAIN = np.arange(0, len(TEXTS), 2)
TEST = np.arange(1, len(TEXTS), 2)


@pytest.fixture(scope="module")
def counted():
    return count_ngrams(TEXTS)


@pytest.fixture(scope="module")
def fitted():
    return tfidf_union().fit([TEXTS[i] for i in TRAIN])


def test_features_are_those_of_a_union_fitted_on_the_training_texts(counted, fitted):
    for rows in (TRAIN, TEST, TEST[:0]):
        got, wanted = counted.features(TRAIN, rows), fitted.transform([TEXTS[i] for i in rows] or [""])[: len(rows)]
        assert got.shape == wanted.shape
        assert got.nnz == wanted.nnz
        assert not rows.size or abs(got - wanted).max() < 1e-12


def test_features_on_disk_are_the_same_and_a_kill_leaves_nothing(counted, monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("model.training.ngram_counts.BLOCK", 7)
    with counted.on_disk(TRAIN, TEST) as there:
        assert not there.data.flags.writeable
        assert list(tmp_path.iterdir()) == []
        here = counted.features(TRAIN, TEST)
        assert there.shape == here.shape
        assert there.indices.dtype == here.indices.dtype == np.intc
        assert abs(there - here).max() == 0


def test_the_vocabulary_is_of_words_that_two_training_texts_hold(counted):
    held = [set(tokens(TEXTS[i])) for i in TRAIN]
    twice = {word for one in held for word in one if sum(word in other for other in held) > 1}
    assert {word for word in counted.vocabulary(TRAIN) if not word.isdigit()} == twice


def test_the_vocabulary_makes_known_what_the_compiled_table_knows(counted, fitted):
    table = compile_table(
        fitted, [LinearModel(("any",), np.zeros((1, len(fitted.get_feature_names_out()))), np.zeros(1))]
    )
    shares = known_word_shares([tokens(TEXTS[i]) for i in TEST], counted.vocabulary(TRAIN))
    assert table.outputs([TEXTS[i].lower() for i in TEST])[1] == pytest.approx(shares)
    assert 0.3 < shares.mean() < 1


def test_what_one_training_text_holds_is_not_learned():
    counted = count_ngrams(["late parcel", "late refund", "refund parcel", "parcel"])
    assert counted.vocabulary(np.array([0, 1])) == {"late"}
    assert counted.vocabulary(np.array([0, 1, 2])) == {"late", "parcel", "refund"}
