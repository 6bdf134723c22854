"""A trained model on disk: one file that is pickled and, beside it, a manifest that is checked before unpickling."""

import hashlib
import platform
import uuid
from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError, field_validator

from data import corpus
from data.taxonomy import Taxonomy

if TYPE_CHECKING:
    from model.classifier import Classifier

FORMAT = 1
"""Raised whenever what is pickled changes."""

MANIFEST = "manifest.json"
OUR_CORPUS = "data/corpus"


class ModelUnfit(Exception):
    """There is no model, or one that must not be unpickled; the message says what does not fit and the way out."""


class Interval(BaseModel):
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


class Scores(BaseModel):
    """How good one candidate was on mail that it had not learned from."""

    accuracy: Interval
    macro_f1: Interval
    calibration_error: Interval


class Report(BaseModel):
    """All that was measured in a training; `candidates` by name, "model" being the one that was saved.

    Impact and urgency are None where the emails that were learned from have no such labels.
    """

    candidates: dict[str, Scores]
    decide_above: float
    share_decided: float
    right_when_decided: float
    impact_right: float | None
    urgency_right: float | None

    @field_validator("candidates")
    @classmethod
    def _has_the_model(cls, candidates: dict[str, Scores]) -> dict[str, Scores]:
        if "model" not in candidates:
            raise ValueError("the model itself is missing")
        return candidates


class Manifest(BaseModel):
    """What must fit before a model file is unpickled, and what is told of it."""

    format: int
    scikit_learn: str
    python: str
    taxonomy_sha256: str
    source: str
    data_sha256: str
    file: str
    sha256: str
    version: str
    trained_at: datetime
    examples: int
    categories: list[str]
    report: Report


def save(
    classifier: "Classifier",
    folder: Path,
    *,
    source: str,
    data_sha256: str,
    examples: int,
    report: Report,
    now: datetime,
) -> Manifest:
    """Write the model file, then its manifest, each in one step; an earlier model stays whole until then.

    :param source: OUR_CORPUS, or the name of the file that was learnt from; `examples` is how many emails it has.
    """
    import joblib

    folder.mkdir(parents=True, exist_ok=True)
    parts = (classifier.heads, classifier.temperature, classifier.familiar, classifier.usual)
    fresh = _temporary(folder)
    joblib.dump(parts, fresh, compress=3)
    sha256 = hashlib.sha256(fresh.read_bytes()).hexdigest()
    manifest = Manifest(
        **_here(classifier.taxonomy),
        source=source,
        data_sha256=data_sha256,
        file=f"model-{sha256[:12]}.joblib",
        sha256=sha256,
        version=f"{now:%Y-%m-%d}-{sha256[:8]}",
        trained_at=now,
        examples=examples,
        categories=classifier.categories,
        report=report,
    )
    fresh.replace(folder / manifest.file)
    fresh = _temporary(folder)
    fresh.write_text(manifest.model_dump_json(indent=2) + "\n", "utf-8")
    fresh.replace(folder / MANIFEST)
    _tidy(folder, manifest.file)
    return manifest


def load(folder: Path, taxonomy: Taxonomy) -> tuple["Classifier", Manifest]:
    """The classifier in a folder and its manifest. Raises ModelUnfit; nothing is unpickled before all of it fits."""
    manifest, raw = verify(folder, taxonomy)

    import io

    import joblib

    from model.classifier import Classifier

    try:
        heads, temperature, familiar, usual = joblib.load(io.BytesIO(raw))
    except Exception as error:
        raise ModelUnfit(f"{manifest.file} cannot be read ({error}): train again.") from error
    return Classifier(heads, temperature, familiar, usual, taxonomy, version=manifest.version), manifest


def verify(folder: Path, taxonomy: Taxonomy) -> tuple[Manifest, bytes]:
    """The manifest and the model file's bytes, once each line of the one fits what is here. Raises ModelUnfit."""
    manifest = read_manifest(folder)
    wrong = _differences(manifest, taxonomy)
    if wrong:
        raise ModelUnfit(f"The trained model does not fit ({'; '.join(wrong)}): train again.")
    path = folder / Path(manifest.file).name
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ModelUnfit(f"{_short(path)} cannot be read ({error.strerror}): train again.") from error
    if hashlib.sha256(raw).hexdigest() != manifest.sha256:
        raise ModelUnfit(f"{_short(path)} is not the file that was saved (its sha256 differs): train again.")
    return manifest, raw


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


def _differences(manifest: Manifest, taxonomy: Taxonomy) -> Sequence[str]:
    wrong = [
        f"{what.replace('_', ' ')}: the model has {str(getattr(manifest, what))[:12]}, here is {str(here)[:12]}"
        for what, here in _here(taxonomy).items()
        if getattr(manifest, what) != here
    ]
    if manifest.source == OUR_CORPUS and manifest.data_sha256 != corpus.sha256():
        wrong.append("corpus: it has changed since the model was trained")
    return wrong


def _here(taxonomy: Taxonomy) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "scikit_learn": version("scikit-learn"),
        "python": ".".join(platform.python_version_tuple()[:2]),
        "taxonomy_sha256": taxonomy.sha256,
    }


def _temporary(folder: Path) -> Path:
    return folder / f"{uuid.uuid4().hex}.tmp"


def _tidy(folder: Path, keep: str) -> None:
    """Take out all model files but the one in use and the one before it, which somebody may be reading."""
    others = [path for path in folder.glob("model-*.joblib") if path.name != keep]
    for path in sorted(others, key=lambda path: path.stat().st_mtime)[:-1]:
        path.unlink(missing_ok=True)


def _short(path: Path) -> str:
    return "/".join(path.parts[-3:])
