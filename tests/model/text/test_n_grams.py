"""Spans tell where each n-gram of the vectorizers stands."""

from collections import Counter

import pytest

from model.text.n_grams import char_spans, tfidf_union, word_spans
from model.text.normalize import READ_LIMIT, fold_case, tokens, without_signature

TEXTS = [
    "I was charged twice for the March invoice, please check",
    "  odd   spacing\tand\nlines  a bb c ",
    "Ünïcödé İstanbul ﬁne 東京 naïve",
    "x",
    "don't re-send it's 24,90",
    "",
]


@pytest.mark.parametrize("text", TEXTS)
def test_the_same_n_grams_as_the_vectorizers(text):
    word, char = (vectorizer for _, vectorizer in tfidf_union().transformer_list)
    folded = fold_case(text)
    assert Counter(gram for gram, _ in word_spans(folded)) == Counter(word.build_analyzer()(folded))
    assert Counter(gram for gram, _ in char_spans(folded)) == Counter(char.build_analyzer()(folded))


@pytest.mark.parametrize("text", TEXTS)
def test_every_span_lies_where_its_n_gram_stands(text):
    folded = fold_case(text)
    for gram, spans in word_spans(folded):
        assert gram == " ".join(folded[start:end] for start, end in spans)
    for gram, (start, end) in char_spans(folded):
        assert gram in f" {folded[start:end]} "


def test_an_n_gram_counts_once_a_text_and_only_if_two_texts_hold_it():
    features = tfidf_union().fit(["my parcel is late", "the parcel is late", "refund me"])
    once, often = features.transform(["parcel late", "parcel late parcel late late late"])
    assert once.nnz
    assert (once != often).nnz == 0
    assert features.transform(["refund"]).nnz == 0


def test_folding_keeps_every_character_in_its_place():
    text = "İSTANBUL Straße"
    assert len(fold_case(text)) == len(text)


def test_signatures_and_what_is_beyond_the_limit_are_not_read():
    assert without_signature("Where is it?\n-- \nAna\nDirector of everything") == "Where is it?"
    assert without_signature("Where is it?\n\nMany thanks,\nAna Lopez\nExample Ltd") == "Where is it?\n"
    assert without_signature("Thanks\nfor the lovely evening") == "Thanks\nfor the lovely evening"
    assert len(without_signature("a" * 200_000)) == READ_LIMIT


def test_numbers_alone_are_no_words():
    assert tokens("Order 4471 is late :-(") == ["order", "is", "late"]
