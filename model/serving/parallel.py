"""Work on mail is spread over the cores of this machine or over a Dask cluster, and comes back in order."""

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

Result = TypeVar("Result")
BatchFunction = Callable[[Sequence[IntakeItem], Classifies], list[Result]]


@dataclass(frozen=True)
class ModelBundle:
    """A trained model as it travels to whoever scores: its files, which are checked there like those of any model."""

    version: str
    name: str
    limits: Limits
    manifest: str
    files: dict[str, bytes]


def bundle_model(standby: FallbackClassifier) -> ModelBundle | None:
    """The model that answers at present; None where rules do."""
    if not (standby.trained and standby.manifest):
        return None
    manifest: Manifest = standby.manifest
    files = {manifest.table.name: (standby.folder / manifest.table.name).read_bytes()}
    text = (standby.folder / MANIFEST).read_text("utf-8")
    return ModelBundle(manifest.version, standby.trained.name, standby.trained.limits, text, files)


def map_parallel(
    parts: Iterable[Sequence[IntakeItem]], work: BatchFunction[Result], model: ModelBundle, dask: str = ""
) -> Iterator[list[Result]]:
    """What the work makes of each part, in order; a few parts are under way at a time.

    :param dask: the address of a Dask scheduler; without one the cores here do it.
    Raises ValueError where there is no cluster at that address, or Dask is not installed.
    """
    import joblib

    with _cluster(dask, model):
        parallel = joblib.Parallel(n_jobs=-1, return_as="generator", pre_dispatch="2*n_jobs", batch_size=1)
        yield from parallel(joblib.delayed(_done)(model, work, part) for part in parts)


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


def _done(model: ModelBundle, work: BatchFunction[Result], part: Sequence[IntakeItem]) -> list[Result]:
    return work(part, _classifier(model))


_known: dict[str, Classifies] = {}


def _classifier(model: ModelBundle) -> Classifies:
    """The classifier of a parcel, unpacked once in each process."""
    if model.version not in _known:
        with tempfile.TemporaryDirectory(prefix="mailroom") as folder:
            artifact.install_model(Path(folder), model.manifest, model.files)
            loaded, manifest = artifact.load_model(Path(folder), taxonomy.read_taxonomy())
        _known[model.version] = loaded.put_to_use(model.limits, model.name, encoder_for(manifest))
    return _known[model.version]
