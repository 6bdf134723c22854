"""The n-grams that a model reads in a text: words, pairs of words, and 3 to 5 characters within words.

One definition, which training, serving and explaining call. Texts are folded to lower case.
"""

from collections.abc import Iterator
from itertools import pairwise

from model.text.normalize import CHUNK_PATTERN, WORD_PATTERN

MIN_CHARS, MAX_CHARS = 3, 5

MIN_TEXTS = 2
"""An n-gram that fewer texts of the training mail hold is not learned."""

SKLEARN_OPTIONS = {
    "word": {"lowercase": False, "ngram_range": (1, 2)},
    "char": {"lowercase": False, "ngram_range": (MIN_CHARS, MAX_CHARS), "analyzer": "char_wb"},
}
"""The same n-grams in the options of scikit-learn's vectorizers; tests compare both."""

Span = tuple[int, int]


def word_ngrams(text: str) -> list[str]:
    """Each word of a text, then each pair of neighbours."""
    words = WORD_PATTERN.findall(text)
    return [*words, *map(" ".join, pairwise(words))]


def char_ngrams(chunk: str) -> list[str]:
    """Each run of 3 to 5 characters of what stands between two blanks, which count as one character on either side."""
    padded = f" {chunk} "
    lengths = range(MIN_CHARS, min(MAX_CHARS, len(padded)) + 1)
    return [padded[i : i + n] for n in lengths for i in range(len(padded) - n + 1)]


def word_spans(text: str) -> Iterator[tuple[str, list[Span]]]:
    """Each of a text's word n-grams, with the places of its words."""
    spans = [word.span() for word in WORD_PATTERN.finditer(text)]
    yield from zip(word_ngrams(text), [*([span] for span in spans), *map(list, pairwise(spans))], strict=True)


def char_spans(text: str) -> Iterator[tuple[str, Span]]:
    """Each of a text's character n-grams, with the place of the chunk that it is in."""
    for chunk in CHUNK_PATTERN.finditer(text):
        for gram in char_ngrams(chunk.group()):
            yield gram, chunk.span()


def tfidf_union():
    """An unfitted FeatureUnion of scikit-learn: TF-IDF of word and of character n-grams, each of length 1.

    An n-gram counts once a text, however often it occurs.
    """
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import FeatureUnion

    return FeatureUnion(
        [
            (kind, TfidfVectorizer(**options, binary=True, min_df=MIN_TEXTS, dtype=np.float64))
            for kind, options in SKLEARN_OPTIONS.items()
        ]
    )
