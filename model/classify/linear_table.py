"""The linear models compiled into one table: each n-gram of a text is looked up once, and its weights are added."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import sqrt

import numpy as np

from model.text.n_grams import char_ngrams, word_ngrams

MAX_CACHED_CHUNKS = 2**13
MAX_CACHED_LENGTH = 32
"""The character n-grams of longer chunks, which hostile mail is full of, are not cached."""


@dataclass(frozen=True)
class LinearTable:
    """The weights of all linear models over the same n-grams.

    `word` and `char` give an n-gram's row; `rows` is f x (k + 1) float32: inverse document frequency x weight for each
    of the k outputs, and last the squared frequency, whose sum is the squared length of a text's vector. `bias` is k.
    """

    word: dict[str, int]
    char: dict[str, int]
    rows: np.ndarray
    bias: np.ndarray

    def outputs(self, texts: Sequence[str]) -> np.ndarray:
        """All models' outputs, n x k. Texts are calm."""
        return np.array([self._output(text) for text in texts]).reshape(len(texts), len(self.bias)) + self.bias

    def weights(self, rows: Iterable[int], output: int) -> dict[int, float]:
        """What each row (those of one kind of n-gram) adds to an output."""
        rows = list(rows)
        chosen = self.rows[rows].astype(float)
        return dict(zip(rows, (chosen[:, output] / sqrt(chosen[:, -1].sum() or 1)).tolist(), strict=True))

    def _output(self, text: str) -> np.ndarray:
        word_rows = set(map(self.word.get, word_ngrams(text)))
        word_rows.discard(None)
        char_rows: set[int] = set()
        cached = self._cached_char_rows
        for chunk in text.split():
            char_rows |= cached(chunk) if len(chunk) <= MAX_CACHED_LENGTH else self._char_rows(chunk)
        return self._sum(word_rows) + self._sum(char_rows)

    def _sum(self, rows: set[int]) -> np.ndarray:
        """The weights of one kind of n-gram, added and divided by the length of the text's vector of that kind."""
        if not rows:
            return np.zeros(len(self.bias))
        total = self.rows.take(np.fromiter(rows, np.intp, len(rows)), 0).sum(axis=0, dtype=float)
        return total[:-1] / sqrt(total[-1])

    def _char_rows(self, chunk: str) -> frozenset[int]:
        return frozenset(map(self.char.get, char_ngrams(chunk))) - {None}

    @cached_property
    def _cached_char_rows(self):
        return lru_cache(MAX_CACHED_CHUNKS)(self._char_rows)


def build_table(word: Sequence[str], char: Sequence[str], rows: np.ndarray, bias: np.ndarray) -> LinearTable:
    """The table whose first rows are of the word n-grams, in order, and the others of the character n-grams."""
    words = {gram: row for row, gram in enumerate(word)}
    return LinearTable(words, {gram: row for row, gram in enumerate(char, start=len(words))}, rows, bias)
