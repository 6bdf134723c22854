"""Processes batches of mail in parallel, on the cores of this machine or a Dask cluster, in order."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from data import taxonomy
from data.mail import IntakeItem
from model.confidence.limits import Limits
from model.serving import artifact
from model.serving.fallback import FallbackClassifier, encoder_for
from model.serving.manifest import MANIFEST, Manifest
from model.triage import Classifies

CONNECT_SECONDS = 10

BatchResult = TypeVar("BatchResult")
BatchFunction = Callable[[Sequence[IntakeItem], Classifies], list[BatchResult]]


@dataclass(frozen=True)
class ModelBundle:
    """A trained model as it is sent to worker processes: its files, which are verified there like any model's."""

    version: str
    name: str
    limits: Limits
    manifest: str
    files: dict[str, bytes]


def bundle_model(classifier: FallbackClassifier) -> ModelBundle | None:
    """The model that predicts now; None where keyword rules do."""
    if not (classifier.trained and classifier.manifest):
        return None
    manifest: Manifest = classifier.manifest
    files = {manifest.table.name: (classifier.folder / manifest.table.name).read_bytes()}
    text = (classifier.folder / MANIFEST).read_text("utf-8")
    return ModelBundle(manifest.version, classifier.trained.name, classifier.trained.limits, text, files)


def map_parallel(
    parts: Iterable[Sequence[IntakeItem]], work: BatchFunction[BatchResult], model: ModelBundle, dask: str = ""
) -> Iterator[list[BatchResult]]:
    """The result of `work` for each part, in order; a few parts are in progress at a time.

    :param dask: the address of a Dask scheduler; without one the cores here do it.
    Raises ValueError where there is no cluster at that address, or Dask is not installed.
    """
    import joblib

    with _cluster(dask, model):
        parallel = joblib.Parallel(n_jobs=-1, return_as="generator", pre_dispatch="2*n_jobs", batch_size=1)
        yield from parallel(joblib.delayed(_process)(model, work, part) for part in parts)


@contextmanager
def _cluster(address: str, model: ModelBundle) -> Iterator[None]:
    if not address:
        yield
        return
    try:
        from distributed import Client
    except ImportError as error:
        raise ValueError("Dask is not installed: run make run WITH=dask, or leave out --dask.") from error
    import joblib

    try:
        client = Client(address, timeout=CONNECT_SECONDS)
    except (OSError, ValueError) as error:
        raise ValueError(f"No Dask cluster answers at {address}: start one, or leave out --dask.") from error
    with client, joblib.parallel_config(backend="dask", scatter=[model]):
        yield


def _process(model: ModelBundle, work: BatchFunction[BatchResult], part: Sequence[IntakeItem]) -> list[BatchResult]:
    return work(part, _classifier(model))


_classifiers: dict[str, Classifies] = {}


def _classifier(model: ModelBundle) -> Classifies:
    """The classifier of a bundle, loaded once in each process."""
    if model.version not in _classifiers:
        with tempfile.TemporaryDirectory(prefix="mailroom") as folder:
            artifact.install_model(Path(folder), model.manifest, model.files)
            loaded, manifest = artifact.load_model(Path(folder), taxonomy.read_taxonomy())
        _classifiers[model.version] = loaded.put_to_use(model.limits, model.name, encoder_for(manifest))
    return _classifiers[model.version]
