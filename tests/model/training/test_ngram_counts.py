"""Counted once and weighed anew for each fold: the same numbers as fitting on the fold."""

import numpy as np
import pytest

from data import corpus
from model.confidence.novelty import known_word_share
from model.text.n_grams import tfidf_union
from model.text.normalize import fold_case, tokens
from model.training.linear_models import LinearModel, compile_table
from model.training.ngram_counts import count_ngrams

TEXTS = [fold_case(example.text) for example in corpus.read_corpus()[::28]]
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
        got, wanted = counted.tfidf(TRAIN, rows), fitted.transform([TEXTS[i] for i in rows] or [""])[: len(rows)]
        assert got.shape == wanted.shape
        assert got.nnz == wanted.nnz
        assert not rows.size or abs(got - wanted).max() < 1e-12


def test_features_on_disk_are_the_same_and_a_kill_leaves_nothing(counted, monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("model.training.ngram_counts.BLOCK_TEXTS", 7)
    with counted.tfidf_on_disk(TRAIN, TEST) as there:
        assert not there.data.flags.writeable
        assert list(tmp_path.iterdir()) == []
        here = counted.tfidf(TRAIN, TEST)
        assert there.shape == here.shape
        assert there.indices.dtype == here.indices.dtype == np.intc
        assert abs(there - here).max() == 0


def test_the_vocabulary_is_of_words_that_two_training_texts_hold(counted):
    held = [set(tokens(TEXTS[i])) for i in TRAIN]
    twice = {word for one in held for word in one if sum(word in other for other in held) > 1}
    assert {word for word in counted.vocabulary(TRAIN) if not word.isdigit()} == twice


def test_the_n_grams_that_are_learned_are_those_of_the_union_with_the_same_frequencies(counted, fitted):
    learned = counted.learned(TRAIN)
    word, char = (vectorizer for _, vectorizer in fitted.transformer_list)
    assert learned.word == word.get_feature_names_out().tolist()
    assert learned.char == char.get_feature_names_out().tolist()
    assert np.array_equal(learned.idf, np.concatenate([word.idf_, char.idf_]))


def test_the_vocabulary_makes_known_what_the_compiled_table_knows(counted):
    learned = counted.learned(TRAIN)
    table = compile_table(learned, [LinearModel(("any",), np.zeros((1, len(learned.idf))), np.zeros(1))])
    trained, served = (
        [known_word_share(tokens(TEXTS[i]), known) for i in TEST] for known in (counted.vocabulary(TRAIN), table.word)
    )
    assert trained == served
    assert 0.3 < np.mean(trained) < 1


def test_what_one_training_text_holds_is_not_learned():
    counted = count_ngrams(["late parcel", "late refund", "refund parcel", "parcel"])
    assert counted.vocabulary(np.array([0, 1])) == {"late"}
    assert counted.vocabulary(np.array([0, 1, 2])) == {"late", "parcel", "refund"}
