"""A trained model on disk: two files of plain arrays, and a manifest that is checked before they are read."""

import hashlib
import io
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from zipfile import BadZipFile

from data.taxonomy import Taxonomy
from model.classify.encoder import encoder_sha256
from model.evaluation.reports import TrainingReport
from model.serving.atomic_write import flush_to_disk, remove_stale, temporary_file, write_atomically
from model.serving.manifest import (
    MANIFEST,
    Manifest,
    ModelFile,
    ModelUnfit,
    installed_versions,
    read_fitting,
    read_verified,
    required_fields,
)

if TYPE_CHECKING:
    import numpy as np

    from model.classify.classifier import Classifier
    from model.evaluation.held_out import HeldOutPredictions


def save_model(
    classifier: "Classifier",
    held_out: "HeldOutPredictions",
    folder: Path,
    *,
    source: str,
    data_sha256: str,
    report: TrainingReport,
    now: datetime,
) -> Manifest:
    """Write a model's files, then its manifest, each in one step; an earlier model stays whole until then.

    :param held_out: predictions on what it learned from, by models that had not seen its industry.
    :param source: CORPUS_SOURCE, or the name of the file that was learned from.
    Raises NotSaved.
    """
    from model.serving.arrays import pack, pack_evidence

    table = _write_arrays(folder, "table", pack(classifier))
    evidence = _write_arrays(folder, "evidence", pack_evidence(held_out))
    manifest = Manifest(
        **required_fields(classifier.taxonomy),
        **installed_versions(),
        source=source,
        data_sha256=data_sha256,
        table=table,
        evidence=evidence,
        version=f"{now:%Y-%m-%d}-{table.sha256[:8]}",
        trained_at=now,
        examples=len(held_out.examples),
        categories=classifier.categories,
        second_opinion=classifier.second_opinion is not None,
        encoder_sha256=encoder_sha256() if classifier.second_opinion else None,
        report=report,
    )
    write_atomically(folder / MANIFEST, f"{manifest.model_dump_json(indent=2)}\n".encode())
    _delete_old_files(folder, {table.name, evidence.name})
    return manifest


def install_model(folder: Path, manifest: str, files: Mapping[str, bytes]) -> None:
    """Write a model from the store into a folder, its manifest last; it is checked when it is loaded.

    Files that are there already are left, so that a full disk does not keep the model from being used.
    Raises NotSaved.
    """
    for name, content in {**files, MANIFEST: manifest.encode()}.items():
        path = folder / Path(name).name
        if not (path.is_file() and path.read_bytes() == content):
            write_atomically(path, content)
    remove_stale(folder, than=folder / MANIFEST)


def verify_model(folder: Path, taxonomy: Taxonomy) -> Manifest:
    """The manifest of a model that could be loaded. Raises ModelUnfit."""
    manifest = read_fitting(folder, taxonomy)
    read_verified(folder, manifest.table)
    return manifest


def load_model(folder: Path, taxonomy: Taxonomy) -> tuple["Classifier", Manifest]:
    """The classifier in a folder and its manifest. Raises ModelUnfit. Nothing is unpickled."""
    manifest = read_fitting(folder, taxonomy)

    from model.serving.arrays import unpack

    arrays = _arrays(folder, manifest.table)
    try:
        return unpack(arrays, taxonomy, manifest.version), manifest
    except (KeyError, ValueError, TypeError) as error:
        raise ModelUnfit(f"{manifest.table.name} cannot be read ({error}): train again.") from error


def load_evidence(folder: Path, taxonomy: Taxonomy) -> "HeldOutPredictions":
    """The model's held-out predictions, on mail of industries it had not learned from. Raises ModelUnfit."""
    manifest = read_fitting(folder, taxonomy)

    from model.serving.arrays import unpack_evidence

    arrays = _arrays(folder, manifest.evidence)
    try:
        return unpack_evidence(arrays, tuple(manifest.categories))
    except (KeyError, ValueError, TypeError) as error:
        raise ModelUnfit(f"{manifest.evidence.name} cannot be read ({error}): train again.") from error


def reference_path(folder: Path, manifest: Manifest) -> Path:
    """Where the model in scikit-learn's own form lies, if it was asked for: see `model/training/reference.py`."""
    return folder / f"scikit-learn-{manifest.version}.joblib"


def _arrays(folder: Path, file: ModelFile) -> dict[str, "np.ndarray"]:
    import numpy as np

    try:
        with np.load(io.BytesIO(read_verified(folder, file)), allow_pickle=False) as arrays:
            return dict(arrays)
    except (ValueError, OSError, EOFError, BadZipFile) as error:
        raise ModelUnfit(f"{file.name} cannot be read ({error}): train again.") from error


def _write_arrays(folder: Path, name: str, arrays: Mapping[str, "np.ndarray"]) -> ModelFile:
    import numpy as np

    return _write(folder, name, ".npz", lambda file: np.savez(file, allow_pickle=False, **arrays))


def _write(folder: Path, name: str, ending: str, write: Callable[[BinaryIO], Any]) -> ModelFile:
    with temporary_file(folder) as path:
        with path.open("wb") as file:
            write(file)
            flush_to_disk(file)
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        made = ModelFile(name=f"{name}-{sha256[:12]}{ending}", sha256=sha256)
        path.replace(folder / made.name)
    return made


def _delete_old_files(folder: Path, keep: set[str]) -> None:
    """Delete the files of all models but the one in use and the one before it, which a process may be reading."""
    for pattern in ("table-*", "evidence-*", "scikit-learn-*"):
        others = [path for path in folder.glob(pattern) if path.name not in keep]
        with suppress(FileNotFoundError):  # another training deletes too
            for path in sorted(others, key=lambda path: path.stat().st_mtime)[:-1]:
                path.unlink()
    remove_stale(folder, than=folder / MANIFEST)
