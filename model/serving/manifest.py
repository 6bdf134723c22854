"""The manifest of a trained model: what it is, and what must match before any of its files is read."""

import hashlib
import platform
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from data import corpus
from data.taxonomy import Taxonomy
from model.evaluation.reports import TrainingReport

MANIFEST_FORMAT = 3
"""Raised by one whenever the files of a model change in form."""

MANIFEST = "manifest.json"
CORPUS_SOURCE = "data/corpus"


class ModelUnfit(Exception):
    """There is no model, or one that must not be used; the message says what does not match and the way out."""


class ModelFile(BaseModel):
    """The name and sha256 of one of a model's files."""

    name: str
    sha256: str


class Manifest(BaseModel):
    """What must match before a model's files are read, and facts and scores of it.

    `table` is the classifier, `evidence` its out-of-fold predictions; both are plain arrays, nothing is unpickled.
    `scikit_learn` and `python` are the versions that it was fitted with, `encoder_sha256` the encoder of its second
    opinion, if it has one.
    """

    format: int
    scikit_learn: str
    python: str
    taxonomy_sha256: str
    source: str
    data_sha256: str
    table: ModelFile
    evidence: ModelFile
    version: str
    trained_at: datetime
    examples: int
    categories: list[str]
    second_opinion: bool
    encoder_sha256: str | None = None
    report: TrainingReport


def read_fitting(folder: Path, taxonomy: Taxonomy) -> Manifest:
    """The manifest of a folder's model, if it matches this version and taxonomy. Raises ModelUnfit."""
    manifest = read_manifest(folder)
    wrong = _differences(manifest, required_fields(taxonomy))
    if manifest.source == CORPUS_SOURCE and manifest.data_sha256 != corpus.corpus_sha256():
        wrong.append("corpus: it has changed since the model was trained")
    if wrong:
        raise ModelUnfit(f"The trained model does not fit ({'; '.join(wrong)}): train again.")
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a folder's model. Raises ModelUnfit when there is none, or none that can be read."""
    path = folder / MANIFEST
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise ModelUnfit(f"No trained model in {_short(folder)}: train one.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "all of it"
        raise ModelUnfit(f"{_short(path)} cannot be read ({where}: {first['msg']}): train again.") from error
    except OSError as error:
        raise ModelUnfit(f"{_short(path)} cannot be read ({error.strerror}): train again.") from error


def _differences(manifest: Manifest, here: dict[str, Any]) -> list[str]:
    """Where a manifest differs from the values expected here, a phrase each."""
    return [
        f"{what.replace('_', ' ')}: the model has {str(getattr(manifest, what))[:12]}, here is {str(value)[:12]}"
        for what, value in here.items()
        if getattr(manifest, what) != value
    ]


def required_fields(taxonomy: Taxonomy) -> dict[str, Any]:
    """What the manifest of a model must say for the model to be used here."""
    return {"format": MANIFEST_FORMAT, "taxonomy_sha256": taxonomy.sha256}


def installed_versions() -> dict[str, str]:
    """The versions that a model is fitted with here, as fields of its manifest."""
    python = ".".join(platform.python_version_tuple()[:2])
    return {"scikit_learn": version("scikit-learn"), "python": python}


def read_verified(folder: Path, file: ModelFile) -> bytes:
    """A file's bytes, if their sha256 is that of the manifest. Raises ModelUnfit."""
    path = folder / Path(file.name).name
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ModelUnfit(f"{_short(path)} cannot be read ({error.strerror}): train again.") from error
    if hashlib.sha256(raw).hexdigest() != file.sha256:
        raise ModelUnfit(f"{_short(path)} is not the file that was saved (its sha256 differs): train again.")
    return raw


def _short(path: Path) -> str:
    return "/".join(path.parts[-3:])
