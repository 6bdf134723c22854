"""Where it can live: what each place is told, and that it starts, answers and ends there as it should."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

import httpx
import jsonschema
import pytest
import yaml

from data import corpus
from data.intake.files import IntakeOptions
from data.mail import BATCH_FAILED
from data.settings import VAR, Settings, environment_names
from data.store import Store
from model.inbox import upload
from model.serving.fallback import FallbackClassifier
from tests.bench.inbox import _written
from tests.support.browser import click_button
from tests.support.faults import small_project
from tests.support.image import Image
from tests.support.server import PAGES, PATIENCE, ROOT, free_port, serve

OURS = {*environment_names().values(), "MALLOC_ARENA_MAX", "PGPASSWORD"}
EMAIL = {"subject": "Charged twice", "body": "My card was charged twice for March."}
TEXT, FLAG = {"type": "string", "minLength": 1}, {"const": True}
VARIABLE = {
    "oneOf": [
        {"required": ["value"], "properties": {"key": TEXT, "value": TEXT}, "additionalProperties": False},
        {
            "required": ["generateValue"],
            "properties": {"key": TEXT, "generateValue": FLAG},
            "additionalProperties": False,
        },
        {
            "required": ["fromDatabase"],
            "properties": {
                "key": TEXT,
                "fromDatabase": {"type": "object", "required": ["name", "property"], "properties": {"name": TEXT}},
            },
            "additionalProperties": False,
        },
    ],
    "required": ["key"],
}
BLUEPRINT = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "services": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "name", "runtime"],
                "additionalProperties": False,
                "properties": {
                    "type": {"enum": ["web", "worker", "pserv"]},
                    "name": TEXT,
                    "runtime": {"enum": ["docker", "image", "python"]},
                    "plan": {"enum": ["free", "starter", "standard", "pro", "pro plus"]},
                    "buildCommand": TEXT,
                    "startCommand": TEXT,
                    "healthCheckPath": {"type": "string", "pattern": "^/"},
                    "envVars": {"type": "array", "items": VARIABLE},
                },
            },
        },
        "databases": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name"],
                "additionalProperties": False,
                "properties": {"name": TEXT, "plan": TEXT, "ipAllowList": {"type": "array"}},
            },
        },
    },
}
"""What of Render's published schema (its Blueprint YAML reference) is used here, and nothing that is not."""


def read(name):
    return (ROOT / name).read_text("utf-8")


@pytest.fixture(scope="module")
def blueprint():
    return yaml.safe_load(read("render.yaml"))


@pytest.fixture(scope="module")
def composed():
    return yaml.safe_load(read("compose.yaml"))["services"]


@pytest.fixture(scope="module")
def image():
    return Image(read("Dockerfile"))


def program(name):
    """Of the environment of the tests, or of this machine; without it there is no test."""
    found = shutil.which(name, path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    return found or pytest.skip(f"{name} is not installed")


def test_one_version_of_python_is_asked_for_everywhere(image):
    version = read(".python-version").strip()
    assert tomllib.loads(read("pyproject.toml"))["project"]["requires-python"] == f">={version}"
    assert set(image.bases) == {f"python:{version}-slim"}


def test_no_system_package_is_needed(image):
    assert not (ROOT / "packages.txt").exists()
    assert "apt" not in read("Dockerfile")
    assert "--only-binary=:all:" in read("Dockerfile"), "nothing is compiled on the way"


def test_the_blueprint_is_one(blueprint):
    jsonschema.validate(blueprint, BLUEPRINT)


def test_render_generates_the_password_and_keeps_all_in_postgresql(blueprint):
    [service], [database] = blueprint["services"], blueprint["databases"]
    variables = {one["key"]: one for one in service["envVars"]}
    assert variables["MAILROOM_PASSWORD"]["generateValue"]
    assert variables["DATABASE_URL"]["fromDatabase"] == {"name": database["name"], "property": "connectionString"}
    assert service["healthCheckPath"] == "/api/v1/health"
    assert variables.keys() <= OURS
    built = re.search(r"--out (\S+)", service["buildCommand"])[1]
    assert variables["MAILROOM_MODEL_DIR"]["value"] == built, "what the build trained is what answers"


def test_compose_asks_for_the_passwords_and_watches_a_mailbox(composed):
    assert composed.keys() == {"app", "watch", "db"}
    assert composed["watch"]["command"] == ["python", "-m", "model.inbox.watch"]
    for service in ("app", "watch"):
        environment = composed[service]["environment"]
        assert environment.keys() <= OURS
        assert environment["MAILROOM_PASSWORD"].startswith("${MAILROOM_PASSWORD:?")
        assert composed[service]["read_only"]
    mailbox = {name for name in composed["watch"]["environment"] if name.startswith("MAILBOX_")}
    assert mailbox >= {"MAILBOX_HOST", "MAILBOX_USER", "MAILBOX_PASSWORD"}


@pytest.mark.parametrize("missing", [None, "MAILROOM_PASSWORD", "POSTGRES_PASSWORD"])
def test_compose_itself_takes_the_file_but_not_without_a_password(missing):
    given = {"MAILROOM_PASSWORD": "long enough", "POSTGRES_PASSWORD": "another"}
    given.pop(missing, None)
    done = subprocess.run(
        [program("docker-compose"), "--profile", "mailbox", "config"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **given},
        capture_output=True,
        text=True,
    )
    assert (done.returncode == 0) == (missing is None), done.stderr
    assert "choose one" in done.stderr or not missing


def test_the_dockerfile_has_no_faults():
    done = subprocess.run([program("hadolint"), "Dockerfile"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_image_runs_as_nobody_in_particular_and_holds_its_model_outside_the_volume(image):
    assert len(image.bases) == 2
    assert image.user.split(":")[0].isdigit()
    assert image.user.split(":")[0] != "0"
    model = Path(image.environment["MAILROOM_MODEL_DIR"])
    assert not any(model.is_relative_to(volume) for volume in image.volumes), "an empty disk would hide it"


def commands(image):
    """Whatever starts the app, as a shell would have it."""
    [service] = yaml.safe_load(read("render.yaml"))["services"]
    web = re.search(r"^web: (.+)", read("Procfile"), re.MULTILINE)[1]
    return {"Procfile": web, "render.yaml": service["startCommand"], "Dockerfile": shlex.join(image.command)}


@pytest.mark.parametrize("where", ["Procfile", "render.yaml", "Dockerfile"])
def test_the_port_is_the_one_that_the_host_says(image, model_dir, tmp_path, where):
    environment = {"DATABASE_URL": f"sqlite:///{tmp_path}/a.db", "MAILROOM_MODEL_DIR": str(model_dir)}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    command = ["sh", "-c", f'PORT="$0"; export PORT; {commands(image)[where]}']
    with serve(command, PATH=path, **environment) as address:
        assert httpx.get(f"{address}/api/v1/health").status_code == httpx.codes.OK
        address.process.send_signal(signal.SIGTERM)
        assert address.process.wait(30) in (0, -signal.SIGTERM, 128 + signal.SIGTERM)


def test_make_takes_the_port_from_the_environment_too():
    dry = subprocess.run(["make", "-n", "run"], cwd=ROOT, env={**os.environ, "PORT": "1234"}, capture_output=True)
    assert b"--server.port 1234" in dry.stdout


def test_the_steps_of_the_dockerfile_make_an_app_that_runs_where_nothing_can_be_written(image, tmp_path):
    """It installs and trains as the image does, on a part of the corpus; no engine is needed for it."""
    if os.geteuid():
        pytest.skip("only root can become another user")
    with TemporaryDirectory(prefix="image") as name:
        root = Path(name)
        root.chmod(0o755)
        image.perform(small_project(tmp_path / "project", every=20), root)
        before = image.files()
        with image.running(free_port()) as address:
            made = httpx.post(f"{address}/api/v1/predict", json=EMAIL, timeout=PATIENCE).json()
            assert made["decided_by"] == "the trained model", made
            assert made["category"] == "billing"
            page = httpx.get(f"{address}/", timeout=PATIENCE)
            assert page.status_code == httpx.codes.OK
            assert image.healthy(address)
        assert not image.healthy(address), "it tells when there is nobody"
        assert image.files() == before, "nothing was written but to the volume and /tmp"
        assert (root / "app/data/var/mailroom.db").exists()


def test_models_that_people_promote_go_to_the_volume_where_the_shipped_one_is_part_of_an_image(taxonomy, monkeypatch):
    standby = FallbackClassifier(Settings(model_dir=Path("/opt/model")), taxonomy)
    monkeypatch.setattr(os, "access", lambda path, mode: path != Path("/opt"))
    assert standby._promoted_folder == VAR / "promoted"


@pytest.fixture
def served(model_dir, tmp_path):
    """The app with a database that is looked into afterwards."""
    url = f"sqlite:///{tmp_path}/ended.db"
    with serve(PAGES, DATABASE_URL=url, MAILROOM_MODEL_DIR=str(model_dir)) as address:
        address.store = Store(url)
        httpx.post(f"{address}/api/v1/predict", json=EMAIL, timeout=PATIENCE).raise_for_status()
        yield address


@contextmanager
def told_to_end(address):
    """SIGTERM, and then whatever is looked at once the process has ended."""
    address.process.send_signal(signal.SIGTERM)
    assert address.process.wait(40) in (0, -signal.SIGTERM)
    yield


def test_a_request_in_flight_is_answered_and_kept_when_the_server_is_told_to_end(served):
    emails = [{"subject": one.subject, "body": one.body} for one in corpus.read_corpus()[:1000]]
    with httpx.Client(timeout=PATIENCE) as client, ThreadPoolExecutor() as pool:
        client.get(f"{served}/api/v1/health")
        asked = pool.submit(client.post, f"{served}/api/v1/predict/batch?why=true", json={"emails": emails})
        time.sleep(0.3)
        assert not asked.done(), "it is still in flight"
        with told_to_end(served):
            answer = asked.result()
    assert answer.status_code == httpx.codes.OK
    assert len(answer.json()) == len(emails)
    assert len(served.store.received(2000)) == 1 + len(emails)


def test_an_open_page_holds_up_no_end(served, browser):
    page = browser.new_page()
    page.goto(served)
    page.wait_for_selector("h1")
    with told_to_end(served):
        page.close()


def test_a_drop_that_is_being_sorted_says_at_once_that_the_server_was_stopped(served, browser, tmp_path):
    page = browser.new_page()
    page.goto(f"{served}/inbox")
    page.set_input_files("[data-testid=stFileUploader] input[type=file]", _written(tmp_path / "many.csv", 60_000))
    click_button(page, "Sort them")
    page.wait_for_selector("text=the sorting goes on")
    [id] = re.findall(r"batch=(\w+)", page.url)
    with told_to_end(served):
        page.close()
    batch = served.store.inbox.batch(id)
    assert (batch.state, batch.said) == (BATCH_FAILED, upload.ENDED)
    assert batch.read == len(served.store.received(100_000)) - 1 > 0


def test_a_halt_ends_a_batch_after_a_part_which_is_kept(store, classifier, taxonomy, monkeypatch, tmp_path):
    monkeypatch.setattr(upload, "_halted", Event())
    content = _written(tmp_path / "many.csv", 5_000).read_bytes()
    batch = upload.start_batch([("many.csv", BytesIO(content))], IntakeOptions(), classifier, lambda: store)
    upload.halt_batches()
    ended = store.inbox.batch(batch.id)
    assert (ended.state, ended.said) == (BATCH_FAILED, upload.ENDED)
    assert 0 < ended.read < 5_000
    assert not upload._working
