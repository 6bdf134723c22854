"""A training is told to an MLflow server that is there, and is not held up by one that is not."""

import os
import shutil
import socket
import subprocess
import sys
from contextlib import ExitStack, suppress
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Event, Thread
from time import monotonic

import pytest

from model.training import mlflow_tracking
from model.training.mlflow_tracking import (
    CLIENT_DEFAULTS,
    MAX_RECORD_SECONDS,
    TRACKING_URI,
    TrainingRun,
    mask_credentials,
    record_run,
)
from tests.support.server import PATIENCE, ROOT, free_port, serve

PROGRAM = shutil.which("mlflow", path=f"{ROOT}/.venv/mlflow-server/bin:{os.environ['PATH']}")
"""Of the whole of MLflow, which needs an environment of its own; the client alone brings no server."""

SCORES = {"accuracy": 0.91, "shortlist/coverage": 0.9}
TEXTS = {"manifest.json": '{"categories": ["größer", "東京"]}', "promotion.json": "{}"}
RUN = TrainingRun(
    "our corpus, 2026-11-23", {"seed": 0, "second opinion": False, "source": "data/corpus"}, SCORES, TEXTS
)


@pytest.fixture(autouse=True)
def environment():
    """What the tests do to the environment ends with them."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def mlflow():
    """The client, as a training has it."""
    os.environ.update(CLIENT_DEFAULTS)
    return pytest.importorskip("mlflow", reason="the client is not installed: see requirements-mlflow.txt")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The address of a real tracking server."""
    if not PROGRAM:
        pytest.skip("no MLflow server: see WITH=mlflow-server in the Makefile")
    folder = tmp_path_factory.mktemp("mlflow")
    stores = ["--backend-store-uri", f"sqlite:///{folder}/runs.db", "--artifacts-destination", f"{folder}/texts"]
    command = [PROGRAM, "server", *stores, "--workers", "1", "--port"]
    quick = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
    with ExitStack() as running:
        try:
            address = running.enter_context(serve(command, **quick))
        except AssertionError as error:
            pytest.skip(f"no MLflow server: {PROGRAM}: {error}")
        yield address


@pytest.fixture
def client(mlflow, server):
    return mlflow.MlflowClient(server)


@pytest.fixture
def silent():
    """The port of a server that takes calls and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture
def dripping():
    """The port of a server whose answer never ends."""
    over = Event()

    class Drip(BaseRequestHandler):
        def handle(self):
            self.request.sendall(b"HTTP/1.1 200 OK\r\nX: ")
            with suppress(OSError):
                while not over.wait(0.1):
                    self.request.sendall(b"x")

    with ThreadingTCPServer(("127.0.0.1", 0), Drip) as server:
        Thread(target=server.serve_forever).start()
        yield server.server_address[1]
        over.set()
        server.shutdown()


def only_sentence(caplog, capfd):
    """All that was logged or printed by anybody, which is one sentence."""
    [message] = caplog.messages
    printed = capfd.readouterr()
    assert printed.out + printed.err == ""
    assert message.startswith("This training is not recorded, since ")
    assert message.count(". ") == 0
    assert message.endswith(".")
    return message


def test_a_run_is_read_back_as_it_was_sent(client, server, tmp_path, caplog, capfd):
    id = record_run(RUN, {TRACKING_URI: server.replace("//", "//me:secret@")})
    kept = client.get_run(id)
    assert (kept.info.run_name, kept.info.status) == (RUN.name, "FINISHED")
    assert client.get_experiment(kept.info.experiment_id).name == "Mailroom"
    assert kept.data.params == {"seed": "0", "second opinion": "False", "source": "data/corpus"}
    assert kept.data.metrics == SCORES
    for name, text in TEXTS.items():
        assert Path(client.download_artifacts(id, name, str(tmp_path))).read_text("utf-8") == text
    assert caplog.messages == []
    assert "secret" not in "".join(capfd.readouterr())


def test_runs_share_an_experiment_which_can_be_chosen(client, server):
    environ = {TRACKING_URI: server, "MLFLOW_EXPERIMENT_NAME": "somebody else"}
    one, other = record_run(RUN, environ), record_run(RUN, environ)
    assert one != other
    home = client.get_experiment_by_name("somebody else").experiment_id
    assert {run.info.run_id for run in client.search_runs([home])} == {one, other}


def test_more_parameters_than_fit_one_request_arrive(client, server):
    many = {f"p{i}": i for i in range(250)}
    id = record_run(TrainingRun("many", many, {}, {}), {TRACKING_URI: server})
    assert client.get_run(id).data.params == {name: str(value) for name, value in many.items()}


def test_a_run_that_is_not_taken_is_marked_as_failed(client, server, caplog, capfd):
    environ = {TRACKING_URI: server, "MLFLOW_EXPERIMENT_NAME": "failures"}
    assert record_run(TrainingRun("bad", {}, {"right, 50 % surest": 0.9}, TEXTS), environ) is None
    assert "cannot be used (INVALID_PARAMETER_VALUE)" in only_sentence(caplog, capfd)
    [run] = client.search_runs([client.get_experiment_by_name("failures").experiment_id])
    assert run.info.status == "FAILED"


def test_where_nobody_listens_it_is_said_once(mlflow, caplog, capfd):
    start, uri = monotonic(), f"http://me:secret@127.0.0.1:{free_port()}"
    assert record_run(RUN, {TRACKING_URI: uri}) is None
    assert monotonic() - start < MAX_RECORD_SECONDS
    message = only_sentence(caplog, capfd)
    assert f"MLflow at {mask_credentials(uri)} cannot be used (ConnectionError): check {TRACKING_URI}." in message
    assert "secret" not in message


def test_a_server_that_never_answers_is_given_up(mlflow, silent, caplog, capfd):
    start = monotonic()
    assert record_run(RUN, {TRACKING_URI: f"http://me:secret@127.0.0.1:{silent}"}) is None
    assert monotonic() - start < MAX_RECORD_SECONDS
    assert f"MLflow at http://***@127.0.0.1:{silent} cannot be used (" in only_sentence(caplog, capfd)


def test_a_server_that_never_ends_is_given_up_at_the_limit(mlflow, dripping, caplog, capfd, monkeypatch):
    monkeypatch.setattr(mlflow_tracking, "MAX_RECORD_SECONDS", 1.5)
    start = monotonic()
    assert record_run(RUN, {TRACKING_URI: f"http://me:secret@127.0.0.1:{dripping}"}) is None
    assert 1.5 <= monotonic() - start < PATIENCE
    message = only_sentence(caplog, capfd)
    assert f"MLflow at http://***@127.0.0.1:{dripping} did not answer within 1.5 seconds" in message


def test_what_was_given_up_does_not_keep_a_process_alive(mlflow, dripping):
    code = f"""
from model.training import mlflow_tracking as tracking
tracking.MAX_RECORD_SECONDS = 5
tracking.record_run(tracking.TrainingRun("a", {{}}, {{}}, {{}}), {{tracking.TRACKING_URI: "http://127.0.0.1:{dripping}"}})
"""
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE)
    assert (ended.returncode, ended.stdout) == (0, "")
    assert "did not answer within 5 seconds" in ended.stderr


def test_settings_that_make_no_sense_are_no_error_of_the_training(mlflow, caplog, capfd):
    environ = {TRACKING_URI: "http://127.0.0.1:9", "MLFLOW_HTTP_REQUEST_TIMEOUT": "soon"}
    assert record_run(RUN, environ) is None
    assert "cannot be used (ValueError)" in only_sentence(caplog, capfd)


def test_without_the_client_the_way_out_is_told(caplog, capfd, monkeypatch):
    monkeypatch.setitem(sys.modules, "mlflow", None)
    assert record_run(RUN, {TRACKING_URI: "http://me:secret@localhost:5000"}) is None
    assert only_sentence(caplog, capfd).endswith(
        f"since {TRACKING_URI} is set but mlflow is not installed: "
        "run pip install --no-deps -r requirements-mlflow.txt."
    )


@pytest.mark.parametrize("environ", [{}, {TRACKING_URI: " "}, {"MLFLOW_EXPERIMENT_NAME": "Mailroom"}])
def test_where_no_server_is_named_nothing_is_done(environ, monkeypatch):
    before, said = dict(os.environ), []
    monkeypatch.setitem(sys.modules, "mlflow", None)
    assert record_run(RUN, environ, said.append) is None
    assert said == []
    assert dict(os.environ) == before


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("http://localhost:5000", "http://localhost:5000"),
        ("https://me:secret@host/mlflow", "https://***@host/mlflow"),
        ("https://me:s@c/r?e#t@host:5000", "https://***@host:5000"),
        ("https://host/mlflow?token=secret", "https://host/mlflow"),
        ("postgresql+psycopg://me:secret@host/runs", "postgresql+psycopg://***@host/runs"),
        ("me:secret@host", "***@host"),
        ("sqlite:///runs.db", "sqlite:///runs.db"),
    ],
)
def test_an_address_is_shown_without_its_password(uri, shown):
    assert mask_credentials(uri) == shown
