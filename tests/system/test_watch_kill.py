"""Watches and servers that are killed and started again, at any moment: each mail is sorted once, none is lost."""

import random
import signal
import time
from threading import Thread

import pytest

from data.store import Store
from model.inbox.watch import account
from tests.support import dovecot
from tests.support.server import PATIENCE
from tests.support.watching import counts, eventually, mail, process, states, subjects

BILL = "You charged my card twice, please check the invoice and the payment."


@pytest.fixture
def server():
    with dovecot.running() as server:
        yield server


@pytest.fixture
def plain():
    with dovecot.running(imap_capability=dovecot.CAPABILITIES) as server:
        yield server


@pytest.fixture
def start():
    """Starts watches as processes, none of which is left over."""
    started = []
    yield lambda *given, **named: started.append(process(*given, **named)) or started[-1]
    kill(*started)


def kill(*processes):
    for one in processes:
        one.kill()
        one.wait()


def end(*processes):
    """As an operator would; they stop in seconds, with a clean status. What they said."""
    for one in processes:
        one.send_signal(signal.SIGTERM)
    said = [one.communicate(timeout=PATIENCE)[0] for one in processes]
    assert [one.returncode for one in processes] == [0] * len(processes)
    return said


def ready(*processes):
    """They have signed in, and looked at all that there was."""
    for one in processes:
        eventually(lambda one=one: one.poll() is not None or "waiting for new mail" in one.stdout.readline())
        assert one.poll() is None


def deliver(server, numbers, pause=0.0):
    """Put mails into the mailbox as a delivery agent does, whether or not the server runs."""
    drop = server.folder / "mail" / "new"
    for number in numbers:
        path = server.folder / "mail" / "tmp" / f"{time.time_ns()}.{number}.host"
        path.write_bytes(mail(number))
        server.own(path)
        path.rename(drop / path.name)
        time.sleep(pause)


def test_three_hundred_mails_through_kills_and_restarts_are_sorted_once_each(server, url, start, request):
    server.append(mail("first"))
    numbers = [f"{i:03}" for i in range(300)]
    arriving = Thread(target=deliver, args=(server, numbers, 0.03))
    draw = random.Random(request.node.name)
    arriving.start()
    postgres = request.getfixturevalue("postgres") if url.startswith("postgres") else None
    for round_ in range(4):
        watching = start(server, url)
        time.sleep(1.5 + draw.random())
        if round_ % 2:
            server.stop()
            time.sleep(0.2)
            server.start()
        elif postgres:
            postgres.stop()
            postgres.start()
        time.sleep(draw.random())
        kill(watching)
    arriving.join()
    watching = start(server, url)
    ready(watching)
    eventually(lambda: len(subjects(url)) == 301)
    end(watching)
    assert subjects(url) == sorted(["mail-first", *(f"mail-{number}" for number in numbers)])
    assert set(states(url).values()) == {"done"}
    assert counts(url) == {301}
    assert list(server.content().values()) == [()] * 301


def test_two_watches_share_the_work(server, postgres, start):
    url = postgres.database("shared")
    server.append(mail("first"))
    both = [start(server, url) for _ in range(2)]
    ready(*both)
    deliver(server, [f"{i:03}" for i in range(150)], pause=0.01)
    eventually(lambda: len(subjects(url)) == 151)
    assert all(_sorted(one) > 10 for one in end(*both))
    assert counts(url) == {151}
    assert subjects(url) == sorted(["mail-first", *(f"mail-{i:03}" for i in range(150))])


def _sorted(said):
    return sum(int(line.split()[0]) for line in said.splitlines() if line.endswith("sorted."))


@pytest.mark.parametrize(
    ("action", "die", "left"),
    [
        ("label", "kept", {1: (b"Mailroom-billing",)}),
        ("label", "acted", {1: (b"Mailroom-billing",)}),
        ("move", "acting", {}),
        ("move", "acted", {}),
    ],
)
def test_whoever_dies_on_the_way_is_made_up_for(server, tmp_path, start, action, die, left):
    url = f"sqlite:///{tmp_path}/watch.db"
    server.append(mail(1, BILL))
    dead = start(server, url, die=die, MAILBOX_ACTION=action)
    dead.communicate(timeout=PATIENCE)
    assert dead.returncode == -signal.SIGKILL
    watching = start(server, url, MAILBOX_ACTION=action)
    ready(watching)
    eventually(lambda: states(url) == {(1, 1): "done"})
    end(watching)
    assert server.content() == left
    assert subjects(url) == ["mail-1"]
    if action == "move":
        assert server.content("Billing") == {1: ()}


@pytest.mark.parametrize("same", [b"Message-ID: <1@example.org>\r\n", b""])
def test_a_copy_that_was_made_is_not_made_again(plain, tmp_path, start, same):
    url = f"sqlite:///{tmp_path}/watch.db"
    with plain.client() as client:
        client.create_folder("Billing")
    plain.append(same + b"Subject: another\r\n\r\nhello", folder="Billing")
    plain.append(mail(1, BILL).replace(b"Message-ID: <1@example.org>\r\n", same))
    start(plain, url, die="copied", MAILBOX_ACTION="move").communicate(timeout=PATIENCE)
    assert len(plain.content("Billing")) == 2
    assert plain.content() == {1: ()}
    watching = start(plain, url, MAILBOX_ACTION="move")
    ready(watching)
    eventually(lambda: states(url) == {(1, 1): "done"})
    end(watching)
    assert len(plain.content("Billing")) == 2
    assert plain.content() == {1: (b"Mailroom-billing",)}


def test_a_mail_that_kills_whoever_reads_it_is_left_alone_after_three_times(server, tmp_path, start):
    url = f"sqlite:///{tmp_path}/watch.db"
    server.append(mail(1), mail(2, "poison"), mail(3))
    for _ in range(3):
        one = start(server, url, die="poison")
        one.communicate(timeout=PATIENCE)
        assert one.returncode == -signal.SIGKILL
    watching = start(server, url, die="poison")
    ready(watching)
    eventually(lambda: states(url) == {(1, 1): "done", (1, 2): "bad", (1, 3): "done"})
    end(watching)
    assert subjects(url) == ["mail-1", "mail-3"]
    store = Store(url)
    [batch] = store.inbox.batches([_mailbox(server)])
    assert (batch.read, batch.bad) == (2, 1)
    [bad] = store.inbox.rejected(batch.id)
    assert (bad.file, bad.position) == ("INBOX", "UID 2")
    assert bad.reason.startswith("Whatever read this mail stopped, three times over")


def _mailbox(server):
    from data import settings

    return account(settings.read_settings(server.environment())).id
