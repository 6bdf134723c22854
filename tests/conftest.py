"""What many tests share: the taxonomy, a trained model, a store in a folder of its own."""

from datetime import UTC, datetime
from functools import partial
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest

from data import public_datasets
from data import taxonomy as kinds
from data.corpus import NO_CATEGORY, Example
from data.settings import Settings
from data.store import Store
from model.confidence.limits import Limits
from model.serving import artifact
from model.serving.fallback import FallbackClassifier
from model.serving.manifest import ModelUnfit
from model.training.fit import fit_model
from model.training.train import train_model
from tests.support.browser import launch
from tests.support.postgres import Postgres, programs
from tests.support.server import PAGES, serve
from tests.support.sign_in import PASSWORD, signed_in

SHARED = public_datasets.PUBLIC_FOLDER
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
COLOURS = {
    "red": ("low", "ruby scarlet crimson cherry brick"),
    "blue": ("high", "navy azure cobalt indigo teal"),
    NO_CATEGORY: ("low", "emerald jade olive lime moss"),
}
_LONG = "accessibility label_kill deploy browser inbox_page access oidc watch_kill label_page learn_page watch_trouble"
LONG = [f"tests/system/test_{name}.py" for name in _LONG.split()]
NEEDS_SYSTEM = {"browser", "address", "guarded", "postgres", "server", "served", "shared"}
ROOMS = "kitchen hallway cellar balcony attic bathroom"


def pytest_collection_modifyitems(items):
    """Mark what needs more than the project, and let files that take long come first: none is left over at the end."""
    for item in items:
        if item.location[0].startswith("tests/system/") or NEEDS_SYSTEM & {*item.fixturenames} or _on_postgres(item):
            item.add_marker("system")
    order = {file: i for i, file in enumerate(LONG)}
    items.sort(key=lambda item: order.get(item.location[0], len(order)))


def _on_postgres(item):
    return hasattr(item, "callspec") and item.callspec.params.get("url") == "postgresql"


@pytest.fixture(scope="session")
def taxonomy():
    return kinds.read_taxonomy()


@pytest.fixture(scope="session")
def model_dir(taxonomy, tmp_path_factory):
    """The folder of the trained model: the one of this checkout where it fits, else one trained for the tests."""
    folder = Settings().model_dir
    try:
        artifact.verify_model(folder, taxonomy)
    except ModelUnfit:
        folder = tmp_path_factory.mktemp("model")
        train_model(None, folder, now=datetime.now(UTC))
    return folder


@pytest.fixture(scope="session")
def classifier(model_dir, taxonomy):
    loaded, _ = artifact.load_model(model_dir, taxonomy)
    return loaded.put_to_use(Limits(), "the trained model")


@pytest.fixture(scope="session")
def tiny(taxonomy):
    """What is fitted in a moment: walls in shades of red and blue, and of green, which is no category."""
    examples = [
        Example(f"{colour}-{i}", "", f"{shade} {room}", colour, (), level, level, family=f"{colour}-{i // 2}")
        for colour, (level, shades) in COLOURS.items()
        for i, (shade, room) in enumerate(product(shades.split(), ROOMS.split()))
    ]
    return fit_model(examples, taxonomy)


@pytest.fixture(scope="session")
def standby(model_dir, taxonomy):
    ready = FallbackClassifier(Settings(model_dir=model_dir), taxonomy)
    ready.prepare()
    assert ready.trained, ready.why
    return ready


@pytest.fixture
def store(tmp_path):
    return Store(f"sqlite:///{tmp_path}/test.db")


@pytest.fixture(scope="session")
def postgres_server():
    """A PostgreSQL that the tests of this process share."""
    found = programs()
    if not found:
        pytest.skip("no PostgreSQL is installed")
    with TemporaryDirectory(prefix="postgres") as folder:
        Path(folder).chmod(0o755)
        server = Postgres(found, Path(folder, "server"))
        server.start()
        yield server
        server.stop()


@pytest.fixture
def postgres(postgres_server):
    """A running PostgreSQL; started again after a test that failed while it was stopped."""
    yield postgres_server
    if not postgres_server.running():
        postgres_server.start()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """Of a new, empty database; a test that takes it runs once on each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/new.db"
    return request.getfixturevalue("postgres").database(f"test_{uuid4().hex}")


@pytest.fixture(scope="session")
def shared():
    """The folder of public data beside the project."""
    if not SHARED.is_dir():
        pytest.skip(f"no public data at {SHARED}")
    return SHARED


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    """The file of the database behind `address`."""
    return tmp_path_factory.mktemp("served") / "served.db"


@pytest.fixture(scope="module")
def address(model_dir, database):
    """Of the app, as a real process."""
    with serve(PAGES, DATABASE_URL=f"sqlite:///{database}", MAILROOM_MODEL_DIR=str(model_dir)) as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    """A real Chromium."""
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        try:
            chromium = launch(started)
        except playwright.Error as error:
            pytest.skip(f"no browser: {str(error).splitlines()[0]}")
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def guarded(model_dir, database):
    """The address of the app where a password is set."""
    environment = {"DATABASE_URL": f"sqlite:///{database}", "MAILROOM_MODEL_DIR": str(model_dir)}
    environment["MAILROOM_REQUESTS_A_MINUTE"] = "1000000"  # all tests ask from one address
    with serve(PAGES, MAILROOM_PASSWORD=PASSWORD, **environment) as address:
        yield address


@pytest.fixture
def visit(browser, address):
    """Open the app in a window of a size; the page, and all that went wrong in its console or on its way."""
    yield from _visits(address, browser.new_context)


@pytest.fixture
def enter(browser, guarded):
    """The same where a password is set, as somebody who has signed in as a lead."""
    yield from _visits(guarded, partial(signed_in, browser, guarded, "Ana *Bold*"))


def _visits(address, context_of):
    contexts = []

    def open_(path="/", width=1280, height=900, **options):
        context = context_of(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.troubles = []
        page.on("console", lambda said: said.type == "error" and page.troubles.append(said.text))
        page.on("pageerror", lambda error: page.troubles.append(str(error)))
        page.on("dialog", lambda dialog: page.troubles.append(dialog.message))
        page.on(
            "request",
            lambda r: r.url.removeprefix("blob:").startswith(address) or page.troubles.append(f"asked {r.url}"),
        )
        page.goto(address + path)
        page.wait_for_selector("h1")
        return page

    yield open_
    for context in contexts:
        context.close()
