"""What the model reads of a text: word and character n-grams, and where in the text each of them stands."""

import re
from collections.abc import Iterator

READ_LIMIT = 20_000
"""Characters of a mail that are read; the rest is kept but not sorted on."""

WORD_RANGE = (1, 2)
CHAR_RANGE = (3, 5)

LEAST_TEXTS = 2
"""An n-gram that fewer texts of the training mail hold is not learned."""

Span = tuple[int, int]

_WORD = re.compile(r"(?u)\b\w\w+\b")
_CHUNK = re.compile(r"\S+")
_SIGNATURE = re.compile(r"\n-- ?\n")  # RFC 3676, section 4.3
_CLOSING = re.compile(
    r"(?:(?:many|with|kind|kindest|best|warm|yours) ){0,2}"
    r"(?:thanks|thank you|regards|wishes|cheers|sincerely|faithfully|truly|best)\b.{0,25}",
    re.IGNORECASE,
)
_CLOSING_LINES = 8
_LINE = 60


def readable(text: str) -> str:
    """The part of a mail's text that is sorted on: no closing, no signature, at most READ_LIMIT characters."""
    return _without_closing(_SIGNATURE.split(text, maxsplit=1)[0][:READ_LIMIT])


def _without_closing(text: str) -> str:
    """The text up to "Kind regards" or the like, where only a few short lines follow."""
    lines = text.rstrip().split("\n")
    for i in range(max(1, len(lines) - _CLOSING_LINES), len(lines) - 1):
        short = all(len(line) <= _LINE for line in lines[i:])
        if short and _CLOSING.fullmatch(lines[i].strip()) and any(map(str.strip, lines[:i])):
            return "\n".join(lines[:i])
    return text


def fold(text: str) -> str:
    """Lower case with every character in its place, so that spans fit the original too."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


N_GRAMS = {
    "word": {"ngram_range": WORD_RANGE, "preprocessor": fold},
    "char": {"ngram_range": CHAR_RANGE, "preprocessor": fold, "analyzer": "char_wb"},
}
"""Both kinds of n-grams, as scikit-learn's vectorizers take them."""


def words(text: str) -> list[str]:
    """The words of a text, folded: two or more letters, digits aside."""
    return [word for word in _WORD.findall(fold(text)) if not word.isdigit()]


def word_spans(folded: str) -> Iterator[tuple[str, list[Span]]]:
    """Every word n-gram of a folded text with the words it is made of. Same n-grams as TfidfVectorizer's."""
    found = [(m.group(), m.span()) for m in _WORD.finditer(folded)]
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


def union():
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
