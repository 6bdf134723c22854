"""Counts the n-grams of all texts once, so that every fold can weigh them anew without reading the texts again."""

from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from tempfile import TemporaryFile

import numpy as np
from scipy.sparse import csr_array, hstack, load_npz, save_npz, vstack
from sklearn.feature_extraction.text import CountVectorizer

from model.text.n_grams import LEAST_TEXTS, N_GRAMS

BLOCK = 1000
"""Texts that are weighed at once."""


@dataclass(frozen=True, slots=True)
class NgramCounts:
    """Which n-grams each text holds, `packed` until they are wanted, so that little memory is taken while models fit.

    `holds` is texts x n-grams of true and false: those of words first, whose names are `words`, then the others.
    """

    packed: bytes
    words: np.ndarray

    @property
    def holds(self) -> csr_array:
        return load_npz(BytesIO(self.packed))

    def features(self, train: np.ndarray, wanted: np.ndarray) -> csr_array:
        """TF-IDF rows of the wanted texts, as `features.union()` fitted on the training texts makes them."""
        return vstack(list(self._blocks(train, wanted)), format="csr")

    @contextmanager
    def on_disk(self, train: np.ndarray, wanted: np.ndarray) -> Iterator[csr_array]:
        """The same, read from files: liblinear learns from a copy of its own, and meanwhile the kernel may take the
        pages of files back. Raises OSError where there is no room for them.
        """
        ends = [np.zeros(1, np.intc)]
        with TemporaryFile() as values, TemporaryFile() as columns:  # without names: a kill leaves nothing
            for block in self._blocks(train, wanted):
                values.write(block.data)
                columns.write(block.indices)
                ends.append(ends[-1][-1] + block.indptr[1:])
            held = np.memmap(values, block.data.dtype, "r"), np.memmap(columns, block.indices.dtype, "r")
            yield csr_array((*held, np.concatenate(ends)), shape=(len(wanted), block.shape[1]))

    def _blocks(self, train: np.ndarray, wanted: np.ndarray) -> Iterator[csr_array]:
        holds = self.holds
        idf = _idf(holds[train])
        kept = np.flatnonzero(idf)
        words = int((kept < len(self.words)).sum())
        for rows in np.array_split(wanted, -(-len(wanted) // BLOCK) or 1):
            yield _weighed(holds[rows][:, kept], idf[kept], words)

    def vocabulary(self, train: np.ndarray) -> frozenset[str]:
        """The single words that would be learned from the training texts."""
        kept = self.words[_idf(self.holds[train])[: len(self.words)] > 0]
        return frozenset(name for name in kept.tolist() if " " not in name)


def count_ngrams(texts: Sequence[str], learned: int | None = None) -> NgramCounts:
    """Count the n-grams of all texts.

    :param learned: how many of the first texts may be learned from, if not all: what too few of these hold is left out.
    """
    word, char = (_held(texts, learned or len(texts), n_grams) for n_grams in N_GRAMS.values())
    packed = BytesIO()
    save_npz(packed, hstack([word[0], char[0]], format="csr"))
    return NgramCounts(packed.getvalue(), word[1])


def _held(texts: Sequence[str], learned: int, n_grams: dict) -> tuple[csr_array, np.ndarray]:
    """Which of one kind each text holds, and their names, sorted."""
    analyze = CountVectorizer(**n_grams).build_analyzer()
    number: dict[str, int] = {}
    indices, ends = array("i"), [0]
    for text in texts:
        indices.extend({number.setdefault(gram, len(number)) for gram in analyze(text)})
        ends.append(len(indices))
    shape, ends = (len(texts), len(number)), np.array(ends, np.intc)
    found = csr_array((np.ones(len(indices), bool), np.array(indices), ends), shape)
    names = np.array(list(number), dtype=object)
    kept = np.flatnonzero(np.bincount(indices[: ends[learned]], minlength=len(number)) >= LEAST_TEXTS)
    kept = kept[np.argsort(names[kept])]
    held = found[:, kept]
    held.sort_indices()
    return held, names[kept]


def _idf(holds: csr_array) -> np.ndarray:
    """Smooth inverse document frequency as in TfidfTransformer; 0 for an n-gram that too few texts hold."""
    texts = np.bincount(holds.indices, minlength=holds.shape[1])
    return np.where(texts >= LEAST_TEXTS, np.log((1 + holds.shape[0]) / (1 + texts)) + 1, 0.0)


def _weighed(holds: csr_array, idf: np.ndarray, words: int) -> csr_array:
    """Each row's n-grams by their weights, brought to length 1: the first `words` columns, and the others."""
    kinds = np.arange(len(idf))[:, None] < words
    kinds = np.hstack([kinds, ~kinds])
    lengths, counts = np.sqrt(holds @ (kinds * idf[:, None] ** 2)), holds @ kinds.astype(np.intc)
    values = idf[holds.indices]
    values /= np.repeat(lengths.ravel(), counts.ravel())
    return csr_array((values, holds.indices, holds.indptr), shape=holds.shape)
