"""The classifier compiled into one pass: each n-gram of a text is looked up once, and its weights are added."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from model.text.n_grams import CHAR_RANGE

if TYPE_CHECKING:
    from model.training.linear_models import LinearModel

CACHED = 2**13
LONGEST_CACHED = 32
"""Words are kept with their n-grams once they were seen; longer ones, which hostile mail is full of, are not."""

EXACT = 512
"""N-grams of a text from which sums of single precision would no longer be exact to a millionth."""

_WORD = re.compile(r"\w\w+")
_ONES = np.ones(EXACT, np.float32)


@dataclass(frozen=True)
class LinearTable:
    """All heads in one array over the same n-grams.

    `word` and `char` give an n-gram's row; `rows` is f x (k + 1) float32: inverse document frequency x weight for each
    of the k outputs, and last the squared frequency, whose sum is the squared length of a text's vector. `bias` is k.
    """

    word: dict[str, int]
    char: dict[str, int]
    rows: np.ndarray
    bias: np.ndarray

    def outputs(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Every head's output, n x k, and the share of each text's words that are known, n. Texts are calm."""
        read = [self._read(text) for text in texts]
        outputs, known = zip(*read, strict=True) if read else ((), ())
        return np.array(outputs).reshape(len(texts), len(self.bias)) + self.bias, np.array(known)

    def weights(self, rows: Iterable[int], output: int) -> dict[int, float]:
        """What each row (those of one kind of n-gram) adds to an output."""
        rows = list(rows)
        chosen = self.rows[rows].astype(float)
        return dict(zip(rows, (chosen[:, output] / sqrt(chosen[:, -1].sum() or 1)).tolist(), strict=True))

    def _read(self, text: str) -> tuple[np.ndarray, float]:
        words: list[str] = []
        char: set[int] = set()
        for chunk in text.split():
            found, rows = self._cached(chunk) if len(chunk) <= LONGEST_CACHED else self._chunk(chunk)
            words += found
            char |= rows
        single = [self.word.get(word) for word in words]
        word = {*single, *map(self.word.get, map(" ".join, pairwise(words)))}
        word.discard(None)
        real = [row for word, row in zip(words, single, strict=True) if not word.isdigit()]
        known = 1 - real.count(None) / len(real) if real else 0.0
        return self._sum(word) + self._sum(char), known

    def _sum(self, rows: set[int]) -> np.ndarray:
        if not rows:
            return np.zeros(len(self.bias))
        chosen = self.rows.take(np.fromiter(rows, np.intp, len(rows)), 0)
        total = _total(chosen)
        return total[:-1] / sqrt(total[-1])

    @cached_property
    def _cached(self):
        return lru_cache(CACHED)(self._chunk)

    def _chunk(self, chunk: str) -> tuple[list[str], frozenset[int]]:
        """The words of what stands between two blanks, and the rows of its character n-grams."""
        padded = f" {chunk} "
        least, most = CHAR_RANGE
        grams = (
            padded[i : i + n] for n in range(least, min(most, len(padded)) + 1) for i in range(len(padded) - n + 1)
        )
        rows = {self.char.get(gram) for gram in grams} - {None}
        return _WORD.findall(chunk), frozenset(rows)


def _total(rows: np.ndarray) -> np.ndarray:
    if len(rows) > EXACT:
        return rows.sum(axis=0, dtype=float)
    return (_ONES[: len(rows)] @ rows).astype(float)  # several times faster


def compile_table(features, heads: "Sequence[LinearModel]") -> LinearTable:
    """The table of a fitted union and of heads that were fitted on its columns."""
    word, char = (vectorizer for _, vectorizer in features.transformer_list)
    offset = len(word.vocabulary_)
    idf = np.concatenate([word.idf_, char.idf_])
    weights = np.vstack([head.weights for head in heads]).T
    return LinearTable(
        word={gram: int(row) for gram, row in word.vocabulary_.items()},
        char={gram: int(row) + offset for gram, row in char.vocabulary_.items()},
        rows=np.column_stack([weights * idf[:, None], idf**2]).astype(np.float32, order="C"),
        bias=np.concatenate([head.bias for head in heads]),
    )
