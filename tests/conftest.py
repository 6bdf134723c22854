"""What many tests share: the taxonomy, a trained model, a store in a folder of its own."""

from datetime import UTC, datetime
from itertools import product

import pytest

from data import public
from data import taxonomy as kinds
from data.corpus import NOWHERE, Example
from data.settings import Settings
from data.store import Store
from model import artifact
from model.decide import Limits
from model.fallback import Standby
from model.fitting import fit
from model.manifest import ModelUnfit
from model.train import train

SHARED = public.FOLDER
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
COLOURS = {
    "red": ("low", "ruby scarlet crimson cherry brick"),
    "blue": ("high", "navy azure cobalt indigo teal"),
    NOWHERE: ("low", "emerald jade olive lime moss"),
}
ROOMS = "kitchen hallway cellar balcony attic bathroom"


@pytest.fixture(scope="session")
def taxonomy():
    return kinds.read()


@pytest.fixture(scope="session")
def model_dir(taxonomy, tmp_path_factory):
    """The folder of the trained model: the one of this checkout where it fits, else one trained for the tests."""
    folder = Settings().model_dir
    try:
        artifact.verify(folder, taxonomy)
    except ModelUnfit:
        folder = tmp_path_factory.mktemp("model")
        train(None, folder, now=datetime.now(UTC))
    return folder


@pytest.fixture(scope="session")
def classifier(model_dir, taxonomy):
    loaded, _ = artifact.load(model_dir, taxonomy)
    return loaded.put_to_use(Limits(), "the trained model")


@pytest.fixture(scope="session")
def tiny(taxonomy):
    """What is fitted in a moment: walls in shades of red and blue, and of green, which is no category."""
    examples = [
        Example(f"{colour}-{i}", "", f"{shade} {room}", colour, (), level, level, family=f"{colour}-{i // 2}")
        for colour, (level, shades) in COLOURS.items()
        for i, (shade, room) in enumerate(product(shades.split(), ROOMS.split()))
    ]
    return fit(examples, taxonomy)


@pytest.fixture(scope="session")
def standby(model_dir, taxonomy):
    ready = Standby(Settings(model_dir=model_dir), taxonomy)
    ready.prepare()
    assert ready.trained, ready.why
    return ready


@pytest.fixture
def store(tmp_path):
    return Store(f"sqlite:///{tmp_path}/test.db")


@pytest.fixture(scope="session")
def shared():
    """The folder of public data beside the project."""
    if not SHARED.is_dir():
        pytest.skip(f"no public data at {SHARED}")
    return SHARED
