"""A mailbox on a real Dovecot is sorted into the store, and marked or filed only where that is wanted."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from data.clock import now
from data.imap import ServerDeclined, mailbox
from data.mailbox_progress import Numbering
from data.store import Store
from model.inbox import mailbox as sorter
from model.inbox.mailbox_actions import category_folder, category_keyword
from tests.support import dovecot
from tests.support.server import PATIENCE
from tests.support.watching import PACE, counts, eventually, mail, once, quick, running, states, subjects

BILL = "You charged my card twice, please check the invoice and the payment."
HELLO = "Happy birthday, see you on Sunday."


@pytest.fixture
def server():
    with dovecot.running() as server:
        yield server


@pytest.fixture
def plain():
    """A server that knows neither IDLE nor MOVE."""
    with dovecot.running(imap_capability=dovecot.CAPABILITIES) as server:
        yield server


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/watch.db"


def test_what_is_there_is_sorted_once_and_nothing_in_the_mailbox_changes(server, url):
    server.append(mail(1), mail(2))
    before = server.content()
    assert once(quick(server, url))
    assert once(quick(server, url))
    assert subjects(url) == ["mail-1", "mail-2"]
    assert counts(url) == {2}
    assert server.content() == before == {1: (), 2: ()}


def test_a_mailbox_is_a_batch_of_its_own_name_and_mails_stand_at_their_uids(server, url):
    server.append(mail(1))
    once(quick(server, url))
    id = hashlib.sha256(f"{dovecot.USER}@localhost/INBOX".encode()).hexdigest()[:32]
    batch = Store(url).inbox.batch(id)
    assert (batch.name, batch.read, batch.bad, batch.state) == ("desk@example.com, INBOX", 1, 0, "watched")
    [line] = Store(url).inbox.queue_items(id)
    assert (line.file, line.position, line.category, line.by) == ("INBOX", "UID 1", "billing", "keyword rules")


def test_new_mail_is_sorted_as_it_comes(server, url):
    with running(quick(server, url, pace=replace(PACE, idle=10 * PATIENCE))) as watched:
        eventually(lambda: watched.state.said == "Signed in, waiting for new mail.")
        for number in range(3):
            server.append(mail(number))
            eventually(lambda number=number: len(subjects(url)) == number + 1)
        [told] = Store(url).mailbox_progress.watchers(watched.state.mailbox, now() - timedelta(seconds=20))
        assert (told.id, told.state, told.said) == (watched.state.id, "watching", "Signed in, waiting for new mail.")
    assert Store(url).mailbox_progress.watchers(watched.state.mailbox, now() - timedelta(days=1)) == []


def test_a_server_without_idle_is_asked_again_and_again(plain, url):
    with running(quick(plain, url)) as watched:
        eventually(lambda: watched.state.said == "Signed in, waiting for new mail.")
        for number in range(2):
            plain.append(mail(number))
            eventually(lambda number=number: len(subjects(url)) == number + 1)


def test_a_mail_without_a_date_was_sent_when_it_came_in(server, url):
    server.append(b"Subject: mail-1\r\n\r\nWhere is my invoice?")
    watched = quick(server, url)
    once(watched)
    store = Store(url)
    [line] = store.inbox.queue_items(watched.state.mailbox)
    assert abs(store.inbox.get(line.id).mail.sent_at - now()) < timedelta(minutes=1)


def test_only_the_beginning_of_a_huge_mail_is_fetched(server, url, monkeypatch):
    monkeypatch.setattr(mailbox, "MAX_FETCHED_BYTES", 400)
    server.append(mail(1, "Where is my invoice? " * 50), mail(2))
    watched = quick(server, url)
    once(watched)
    store = Store(url)
    big, small = sorted(
        store.inbox.mails([one.id for one in store.inbox.queue_items(watched.state.mailbox)]), key=_subject
    )
    assert len(big.triaged.email.body) < 400 < 50 * 20
    assert big.mail.notes[-1] == "Only the first 0 MB of 0 MB were read."
    assert small.mail.notes == ()


def _subject(one):
    return one.triaged.email.subject


def test_a_mail_that_goes_before_it_is_read_is_gone(server, url, monkeypatch):
    server.append(mail(1), mail(2))
    fetch = mailbox.Mailbox.fetch
    monkeypatch.setattr(mailbox.Mailbox, "fetch", lambda self, uid, size: _expunge(server) or fetch(self, uid, size))
    assert once(quick(server, url))
    assert states(url) == {(1, 1): "gone", (1, 2): "done"}


def _expunge(server):
    with server.client(readonly=False) as client:
        client.delete_messages([1])
        client.expunge()


def test_a_mail_that_only_another_watch_has_heard_of_is_not_gone(server, url, monkeypatch):
    server.append(mail(1))
    watched, above = quick(server, url), mailbox.Mailbox.above

    def slow(self, uid):
        found = above(self, uid)
        server.append(mail(2))
        Store(url).mailbox_progress.add(
            Numbering(watched.state.mailbox, self.folder[b"UIDVALIDITY"], "INBOX"), [1, 2], now()
        )
        return found

    with monkeypatch.context() as patch:
        patch.setattr(mailbox.Mailbox, "above", slow)
        once(watched)
    assert states(url) == {(1, 1): "done", (1, 2): "waiting"}
    once(quick(server, url))
    assert subjects(url) == ["mail-1", "mail-2"]


def test_mails_get_keywords_that_say_who_decides(server, url):
    server.append(mail(1, BILL), mail(2, HELLO))
    once(quick(server, url, action="label"))
    assert server.content() == {1: (b"Mailroom-billing",), 2: (b"Mailroom-ask",)}
    assert states(url) == {(1, 1): "done", (1, 2): "done"}


def test_what_the_machine_decided_moves_and_the_rest_stays(server, url):
    server.append(mail(1, BILL), mail(2, HELLO))
    once(quick(server, url, action="move"))
    assert server.content() == {2: (b"Mailroom-ask",)}
    assert server.content("Billing") == {1: ()}


def test_a_server_that_cannot_move_gets_a_copy_and_the_original_stays(plain, url):
    plain.append(mail(1, BILL), mail(2, HELLO))
    for _ in range(2):
        once(quick(plain, url, action="move"))
    assert plain.content() == {1: (b"Mailroom-billing",), 2: (b"Mailroom-ask",)}
    assert plain.content("Billing") == {1: ()}


def test_what_a_server_declines_keeps_nothing_else_from_being_filed(server, url, monkeypatch):
    server.append(mail(1, HELLO), mail(2, BILL))
    watched = quick(server, url, action="move")
    with monkeypatch.context() as patch:
        patch.setattr("data.imap.filing.Filing.mark", _decline)
        once(watched)
    assert watched.state.said == "No such thing. Mail is sorted all the same."
    assert server.content() == {1: ()}
    assert states(url) == {(1, 1): "acting", (1, 2): "done"}
    eventually(lambda: once(quick(server, url, action="move")) and states(url)[1, 1] == "done")
    assert server.content() == {1: (b"Mailroom-ask",)}


def test_a_folder_that_is_its_own_target_is_left_as_it_is(server, url):
    with server.client() as client:
        client.create_folder("Billing")
    server.append(mail(1, BILL), folder="Billing")
    once(quick(server, url, action="move", knobs={"FOLDER": "Billing"}))
    assert server.content("Billing") == {1: (b"Mailroom-billing",)}


def test_a_folder_numbered_anew_is_looked_at_again_and_nothing_is_sorted_twice(server, url):
    server.append(mail(1), mail(2), mail(2))
    once(quick(server, url))
    _forget(server, "*")
    server.append(mail(2), mail(3), mail(2), mail(1), mail(2))
    once(quick(server, url))
    assert subjects(url) == ["mail-1", "mail-2", "mail-2", "mail-2", "mail-3"]
    assert states(url) == {(1, i): "replaced" for i in (1, 2, 3)} | {(2, i): "done" for i in range(1, 6)}


def test_a_number_list_that_was_lost_doubles_nothing(server, url):
    server.append(mail(1), mail(2))
    once(quick(server, url))
    _forget(server, "dovecot*")
    server.append(mail(3))
    once(quick(server, url))
    assert subjects(url) == ["mail-1", "mail-2", "mail-3"]
    assert len(states(url)) == 5


def _forget(server, pattern):
    """Remove files of the mailbox, but for those by which the server never numbers alike twice."""
    server.stop()
    for path in (server.folder / "mail").rglob(pattern):
        if path.is_file() and "uidvalidity" not in path.name:
            path.unlink()
    server.start()


def test_what_was_still_to_be_done_is_done_under_the_new_numbers(server, url, monkeypatch):
    server.append(mail(1, BILL))
    with monkeypatch.context() as patch:
        patch.setattr(sorter, "act_on_mail", _decline)
        watched = quick(server, url, action="label")
        once(watched)
    assert watched.state.said == "No such thing. Mail is sorted all the same."
    _forget(server, "*")
    server.append(mail(2, HELLO), mail(1, BILL))
    once(quick(server, url, action="label"))
    assert server.content() == {1: (b"Mailroom-ask",), 2: (b"Mailroom-billing",)}
    assert subjects(url) == ["mail-1", "mail-2"]


def _decline(*_):
    raise ServerDeclined("No such thing.")


@pytest.mark.parametrize(
    ("category", "word"),
    [("billing", "Mailroom-billing"), ("how_to", "Mailroom-how_to"), ("a (b)%ü", "Mailroom-a--b---")],
)
def test_a_keyword_is_an_atom(category, word):
    assert category_keyword(category) == word


def test_a_folder_has_the_name_of_its_category(taxonomy):
    assert category_folder("how_to", taxonomy) == "How-to question"
    assert category_folder("a/b*", taxonomy) == "a-b-"
