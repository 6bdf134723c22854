"""Counts the n-grams of all texts once, so that every fold computes its TF-IDF without reading the texts again."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from tempfile import TemporaryFile

import numpy as np
from scipy.sparse import csr_array, hstack, load_npz, save_npz, vstack

from model.text.n_grams import MIN_TEXTS, char_ngrams, word_ngrams

BLOCK_TEXTS = 1000
"""Texts whose TF-IDF is computed at once."""


@dataclass(frozen=True, slots=True)
class LearnedNgrams:
    """The n-grams that are learned from training texts, sorted, and the inverse document frequency of each.

    `idf` holds those of words first, then those of characters.
    """

    word: list[str]
    char: list[str]
    idf: np.ndarray


@dataclass(frozen=True, slots=True)
class NgramCounts:
    """Which n-grams each text holds: n x f of true and false, compressed, so that fitting has the memory.

    `word` and `char` name the columns: those of words first, then those of characters, each sorted.
    """

    compressed: bytes
    word: np.ndarray
    char: np.ndarray

    @property
    def holds(self) -> csr_array:
        return load_npz(BytesIO(self.compressed))

    def learned(self, train: np.ndarray) -> LearnedNgrams:
        """The n-grams that at least MIN_TEXTS of the training texts hold."""
        idf = _idf(self.holds[train])
        word, char = np.split(idf > 0, [len(self.word)])
        return LearnedNgrams(self.word[word].tolist(), self.char[char].tolist(), idf[idf > 0])

    def vocabulary(self, train: np.ndarray) -> frozenset[str]:
        """The single words among them."""
        return frozenset(gram for gram in self.learned(train).word if " " not in gram)

    def tfidf(self, train: np.ndarray, wanted: np.ndarray) -> csr_array:
        """TF-IDF rows of the wanted texts, as `n_grams.tfidf_union()` fitted on the training texts computes them."""
        return vstack(list(self._tfidf_blocks(train, wanted)), format="csr")

    @contextmanager
    def tfidf_on_disk(self, train: np.ndarray, wanted: np.ndarray) -> Iterator[csr_array]:
        """The same, read from files: liblinear learns from a copy of its own, and meanwhile the kernel may take the
        pages of files back. Raises OSError where there is no room for them.
        """
        ends = [np.zeros(1, np.intc)]
        with TemporaryFile() as values, TemporaryFile() as columns:  # without names: a kill leaves nothing
            for block in self._tfidf_blocks(train, wanted):
                values.write(block.data)
                columns.write(block.indices)
                ends.append(ends[-1][-1] + block.indptr[1:])
            held = np.memmap(values, block.data.dtype, "r"), np.memmap(columns, block.indices.dtype, "r")
            yield csr_array((*held, np.concatenate(ends)), shape=(len(wanted), block.shape[1]))

    def _tfidf_blocks(self, train: np.ndarray, wanted: np.ndarray) -> Iterator[csr_array]:
        holds = self.holds
        idf = _idf(holds[train])
        kept = np.flatnonzero(idf)
        words = int((kept < len(self.word)).sum())
        for rows in np.array_split(wanted, -(-len(wanted) // BLOCK_TEXTS) or 1):
            yield _tfidf(holds[rows][:, kept], idf[kept], words)


def count_ngrams(texts: Sequence[str], learned: int | None = None) -> NgramCounts:
    """Count the n-grams of all texts.

    :param learned: how many of the first texts may be learned from, if not all: what too few of these hold is left out.
    """
    count = len(texts) if learned is None else learned
    word, word_names = _count(map(word_ngrams, texts), count)
    char, char_names = _count(map(_char_ngrams, texts), count)
    compressed = BytesIO()
    save_npz(compressed, hstack([word, char], format="csr"))
    return NgramCounts(compressed.getvalue(), word_names, char_names)


def _char_ngrams(text: str) -> Iterator[str]:
    return (gram for chunk in text.split() for gram in char_ngrams(chunk))


def _count(grams_by_text: Iterable[Iterable[str]], learned: int) -> tuple[csr_array, np.ndarray]:
    """Which n-grams of one kind each text holds, and their names, sorted."""
    number: dict[str, int] = {}
    indices, ends = array("i"), array("i", [0])
    for grams in grams_by_text:
        indices.extend({number.setdefault(gram, len(number)) for gram in grams})
        ends.append(len(indices))
    shape, ends = (len(ends) - 1, len(number)), np.array(ends)
    found = csr_array((np.ones(len(indices), bool), np.array(indices), ends), shape)
    names = np.array(list(number), dtype=object)
    kept = np.flatnonzero(np.bincount(indices[: ends[learned]], minlength=len(number)) >= MIN_TEXTS)
    kept = kept[np.argsort(names[kept])]
    held = found[:, kept]
    held.sort_indices()
    return held, names[kept]


def _idf(holds: csr_array) -> np.ndarray:
    """Smooth inverse document frequency as in TfidfTransformer; 0 for an n-gram that too few texts hold."""
    texts = np.bincount(holds.indices, minlength=holds.shape[1])
    return np.where(texts >= MIN_TEXTS, np.log((1 + holds.shape[0]) / (1 + texts)) + 1, 0.0)


def _tfidf(holds: csr_array, idf: np.ndarray, words: int) -> csr_array:
    """Rows of TF-IDF, each of length 1 over the first `words` columns and of length 1 over the others."""
    kinds = np.arange(len(idf))[:, None] < words
    kinds = np.hstack([kinds, ~kinds])
    lengths, counts = np.sqrt(holds @ (kinds * idf[:, None] ** 2)), holds @ kinds.astype(np.intc)
    values = idf[holds.indices]
    values /= np.repeat(lengths.ravel(), counts.ravel())
    return csr_array((values, holds.indices, holds.indptr), shape=holds.shape)
