"""Whatever goes wrong on the way to a mailbox, the watch says so in a sentence and recovers by itself."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from tests.support import dovecot
from tests.support.server import PATIENCE, ROOT
from tests.support.watching import counts, eventually, mail, once, quick, running, subjects

WAITS = "Signed in, waiting for new mail."

DEBUG = """
import logging, sys
logging.basicConfig(level=logging.DEBUG, stream=sys.stdout)
from data.imap.client import ImapClient
if sys.argv[1] == "LOGIN":
    knows = ImapClient.has_capability
    ImapClient.has_capability = lambda self, what: what != "AUTH=PLAIN" and knows(self, what)
from model.watch import main
sys.exit(main(["--once"]))
"""


@pytest.fixture
def server():
    with dovecot.running() as server:
        server.append(mail("first"))
        yield server


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/watch.db"


@pytest.fixture
def watched(server, url):
    """A watch that has sorted the first mail."""
    with running(quick(server, url, seconds=1)) as watched:
        said(watched, WAITS)
        yield watched


def said(watched, words):
    """Wait until the watch says so."""
    eventually(lambda: words in watched.state.said or None)
    return watched.state


def recovers(server, url, watched, number):
    server.append(mail(number))
    eventually(lambda: f"mail-{number}" in subjects(url))
    assert said(watched, WAITS).state == "watching"
    assert counts(url) == {len(subjects(url))}


@contextmanager
def mute(port):
    """A server that takes connections, and says nothing."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        listening.listen()
        yield


def test_a_server_that_is_away(server, url, watched):
    server.stop()
    told = said(watched, "localhost cannot be reached (Connection refused). Trying again in 1 s.")
    assert told.state == "trouble"
    server.start()
    recovers(server, url, watched, 1)


def test_a_password_that_is_refused(server, url, watched):
    server.stop()
    server.password = dovecot.PASSWORD[::-1]
    server.configure()
    server.start()
    told = said(watched, "The server refused user or password")
    assert told.said.endswith("Trying again in 1 s.")
    server.stop()
    server.password = dovecot.PASSWORD
    server.configure()
    server.start()
    recovers(server, url, watched, 1)


def test_a_server_that_says_nothing(server, url, watched):
    server.stop()
    with mute(server.port):
        said(watched, "localhost does not answer: nothing came for 1 s.")
    server.start()
    recovers(server, url, watched, 1)


def test_a_connection_that_dies_without_a_word(server, url, watched):
    server.signal(signal.SIGSTOP)
    said(watched, "localhost does not answer: nothing came for 1 s.")
    server.signal(signal.SIGCONT)
    recovers(server, url, watched, 1)


def test_a_store_that_is_away(server, postgres):
    url = postgres.database("watch_away")
    with running(quick(server, url, seconds=1)) as watched:
        said(watched, WAITS)
        postgres.stop()
        server.append(mail(1))
        assert said(watched, "The store could not be").state == "trouble"
        postgres.start()
        recovers(server, url, watched, 2)
        assert subjects(url) == ["mail-1", "mail-2", "mail-first"]


def test_a_store_that_is_away_at_the_start(server, postgres):
    url = postgres.database("watch_later")
    postgres.stop()
    with running(quick(server, url, seconds=1)) as watched:
        said(watched, "The store could not be opened")
        postgres.start()
        recovers(server, url, watched, 1)


def test_a_disk_that_is_full(server, url, watched):
    pages = {"most": 1}  # SQLite takes what there is already for the least

    def limit(connection):
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages['most']}")

    sa.event.listen(watched._sorter.store().database.engine, "begin", limit)
    server.append(mail(1, body="My card was charged twice. " * 20_000))
    assert said(watched, "disk is full").state == "trouble"
    assert "mail-1" not in subjects(url)
    pages["most"] = 2**30
    recovers(server, url, watched, 2)
    assert subjects(url) == ["mail-1", "mail-2", "mail-first"]


def test_a_certificate_that_nobody_vouches_for(server, url):
    watched = quick(server, url, seconds=1, knobs={"CA": ""})
    assert not once(watched)
    assert watched.state.said.startswith("The certificate of localhost cannot be trusted (self-signed certificate")


def test_a_folder_that_is_missing(server, url):
    with running(quick(server, url, seconds=1, knobs={"FOLDER": "Desk"})) as watched:
        said(watched, "The folder Desk cannot be opened")
        with server.client() as client:
            client.create_folder("Desk")
            client.append("Desk", mail(1))
        eventually(lambda: subjects(url) == ["mail-1"])


def test_a_port_without_tls(server, url):
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        watched = quick(server, url, seconds=1, knobs={"PORT": str(listening.getsockname()[1])})
        assert not once(watched)
        assert watched.state.said.startswith("localhost does not answer")


def test_what_nobody_thought_of_is_survived_too(server, url, monkeypatch):
    watched = quick(server, url, seconds=1)
    with monkeypatch.context() as patch:
        patch.setattr("model.inbox.mailbox.triage", lambda *_, **__: 1 / 0)
        assert not once(watched)
    assert watched.state.said == "Something unexpected happened (ZeroDivisionError), the log has more."
    assert once(watched)
    assert subjects(url) == ["mail-first"]


def test_it_stops_in_seconds_while_a_server_hangs(server, url):
    watched = quick(server, url, seconds=10 * PATIENCE)
    with running(watched):
        said(watched, WAITS)
        server.signal(signal.SIGSTOP)
        time.sleep(3)
        started = time.monotonic()
    assert time.monotonic() - started < 30, "of the many minutes that it would wait for the server"
    server.signal(signal.SIGCONT)


@pytest.mark.parametrize("by", ["PLAIN", "LOGIN"])
@pytest.mark.parametrize("password", [dovecot.PASSWORD, "wrong-horse-battery"])
def test_the_password_is_in_no_log_and_not_in_the_store(server, tmp_path, model_dir, by, password):
    environment = {**os.environ, **server.environment(PASSWORD=password), "MAILROOM_MODEL_DIR": str(model_dir)}
    environment["DATABASE_URL"] = f"sqlite:///{tmp_path}/watch.db"
    command = [sys.executable, "-c", DEBUG, by]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == (password != dovecot.PASSWORD), done.stdout
    assert "DEBUG" in done.stdout
    assert (
        "Watching desk@example.com, INBOX on localhost, sorted by the trained model: nothing in it is changed."
        in done.stdout
    )
    assert password not in done.stdout + done.stderr + (server.folder / "log").read_text()
    assert not any(password.encode() in path.read_bytes() for path in tmp_path.glob("watch.db*"))
