"""N-grams of words and characters, and where in a text each of them stands."""

import re
from collections.abc import Iterator

from model.text.normalize import WORD, fold_case

WORD_RANGE = (1, 2)
CHAR_RANGE = (3, 5)

LEAST_TEXTS = 2
"""An n-gram that fewer texts of the training mail hold is not learned."""

Span = tuple[int, int]

_CHUNK = re.compile(r"\S+")

N_GRAMS = {
    "word": {"ngram_range": WORD_RANGE, "preprocessor": fold_case},
    "char": {"ngram_range": CHAR_RANGE, "preprocessor": fold_case, "analyzer": "char_wb"},
}
"""Both kinds of n-grams, as scikit-learn's vectorizers take them."""


def word_spans(folded: str) -> Iterator[tuple[str, list[Span]]]:
    """Every word n-gram of a folded text with the words it is made of. Same n-grams as TfidfVectorizer's."""
    found = [(m.group(), m.span()) for m in WORD.finditer(folded)]
    for n in range(WORD_RANGE[0], WORD_RANGE[1] + 1):
        for i in range(len(found) - n + 1):
            grams = found[i : i + n]
            yield " ".join(word for word, _ in grams), [span for _, span in grams]


def char_spans(folded: str) -> Iterator[tuple[str, Span]]:
    """Every character n-gram within words, with the word it comes from. Same n-grams as the char_wb analyzer's."""
    for chunk in _CHUNK.finditer(folded):
        padded = f" {chunk.group()} "
        for n in range(CHAR_RANGE[0], CHAR_RANGE[1] + 1):
            for i in range(max(len(padded) - n, 0) + 1):
                yield padded[i : i + n], chunk.span()
            if n >= len(padded):
                break


def tfidf_union():
    """An unfitted FeatureUnion: TF-IDF of word (1-2) and character (3-5, within words) n-grams, each of length 1.

    An n-gram counts once a text, however often it occurs.
    """
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import FeatureUnion

    return FeatureUnion(
        [
            (name, TfidfVectorizer(**n_grams, binary=True, min_df=LEAST_TEXTS, dtype=np.float64))
            for name, n_grams in N_GRAMS.items()
        ]
    )
