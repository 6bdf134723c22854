"""Mail is leased, given back, given up and kept in the store, on SQLite and PostgreSQL."""

from datetime import timedelta
from threading import Thread

import pytest

from data.mail import Batch, IntakeItem, Mail, Watcher
from data.mailbox_progress import MAIL_DONE, MAIL_GONE, MAIL_PENDING, Lease, Numbering
from data.schema import Email
from data.store import Store
from data.store.tables import seen_table
from model.classify.keyword_rules import KeywordRules
from tests.conftest import NOON
from tests.support.mails import decided, keep_leased

BOX = Numbering("box", 1, "INBOX")
LATER = NOON + timedelta(minutes=2)
AFTER = LATER + timedelta(seconds=1)


@pytest.fixture
def store(url):
    """With a mailbox of five mails that wait."""
    ready = Store(url)
    ready.inbox.add_batch(Batch(id="box", name="desk", at=NOON, beat_at=NOON))
    ready.mailbox_progress.add(BOX, [1, 2, 3, 4, 5], NOON)
    return ready


@pytest.fixture
def arrived(taxonomy):
    """Makes a mail with its decision."""
    rules = KeywordRules(taxonomy)
    return lambda text="hello": decided([IntakeItem("INBOX", "", Mail(email=Email(body=text)))], rules)[0]


def take(store, by="ana", most=2, at=NOON, box=BOX):
    return store.mailbox_progress.lease(box, Lease(by, at, at + timedelta(minutes=2), most, 99))


def owed(store, by, at=NOON, upto=99):
    return store.mailbox_progress.lease_actions(BOX, Lease(by, at, at + timedelta(minutes=2), 5, upto))


def rows(store, column="state"):
    query = seen_table.select().order_by(seen_table.c.validity, seen_table.c.uid)
    return [row[column] for row in store.database.rows(query)]


def test_the_highest_uid_counts_for_one_numbering(store):
    assert store.mailbox_progress.highest_uid(BOX) == 5
    assert store.mailbox_progress.highest_uid(Numbering("box", 2, "INBOX")) == 0


def test_known_mails_stay_as_they_are(store):
    assert take(store) == [1, 2]
    store.mailbox_progress.add(BOX, [4, 5, 6], NOON)
    assert rows(store) == ["leased"] * 2 + ["waiting"] * 4


def test_a_mail_is_leased_to_one_at_a_time_until_the_lease_ends(store):
    assert take(store, "ana", 3) == [1, 2, 3]
    assert take(store, "ben", 3) == [4, 5]
    assert take(store, "carla", 3) == []
    assert take(store, "carla", 3, LATER) == []
    assert take(store, "carla", 3, AFTER) == [1], "one that was leased in vain is leased alone"


def test_many_who_ask_at_once_get_different_mails(url, store):
    store.mailbox_progress.add(BOX, range(6, 41), NOON)
    got = []
    askers = [Thread(target=lambda i=i: got.append(take(Store(url), f"w{i}", 8))) for i in range(5)]
    for one in askers:
        one.start()
    for one in askers:
        one.join()
    taken = [uid for uids in got for uid in uids]
    assert len(taken) == len(set(taken)) > 8


def test_what_is_given_back_counts_only_where_it_was_tried(store):
    take(store, most=3)
    store.mailbox_progress.give_back(BOX, "ana", tried=[2])
    assert rows(store, "attempts") == [0, 1, 0, 0, 0]
    assert take(store, "ben", 5) == [1, 3, 4, 5]
    assert take(store, "ben", 5) == [2]


def test_a_lease_can_be_renewed(store):
    take(store, most=5)
    store.mailbox_progress.renew(BOX, "ana", AFTER)
    assert take(store, "ben", at=AFTER) == []


def test_what_was_leased_three_times_in_vain_is_bad(store):
    take(store, most=5)
    store.mailbox_progress.finish(BOX, "ana", [2, 3, 4, 5], MAIL_GONE)
    store.mailbox_progress.give_back(BOX, "ana", tried=[1])
    for _ in range(2):
        assert store.mailbox_progress.give_up(BOX, NOON, "why") == []
        assert take(store) == [1]
        store.mailbox_progress.give_back(BOX, "ana", tried=[1])
    assert take(store) == []
    assert store.mailbox_progress.give_up(BOX, NOON, "why") == [1]
    [bad] = store.inbox.rejected("box")
    assert (bad.file, bad.position, bad.reason) == ("INBOX", "UID 1", "why")
    assert store.inbox.batch("box").bad == 1


def test_a_decision_is_kept_with_its_mail_once(store, arrived):
    take(store)
    one = arrived()
    assert keep_leased(store, BOX, "ana", {1: ("print", one)}, MAIL_DONE, NOON) == [1]
    assert keep_leased(store, BOX, "ana", {1: ("print", arrived())}, MAIL_DONE, NOON) == []
    assert rows(store, "email_id")[0] == one.triaged.id
    assert rows(store, "fingerprint")[0] == "print"
    assert store.inbox.get(one.triaged.id).triaged == one.triaged
    assert store.email(one.triaged.id).source == "mailbox"
    assert store.inbox.batch("box").read == 1


def test_who_lost_his_lease_keeps_nothing(store, arrived):
    take(store, "ana", 1)
    take(store, "ben", 5, AFTER)
    assert take(store, "ben", 5, AFTER) == [1]
    assert keep_leased(store, BOX, "ana", {1: ("print", arrived())}, MAIL_DONE, AFTER) == []
    assert keep_leased(store, BOX, "ben", {1: ("print", arrived())}, MAIL_DONE, AFTER) == [1]
    assert len(store.inbox.queue_items("box")) == 1


def test_what_is_owed_is_leased_too_and_says_if_it_may_have_been_done(store, arrived):
    take(store)
    keep_leased(
        store, BOX, "ana", {1: ("print", arrived("The invoice and the payment are wrong."))}, MAIL_PENDING, NOON
    )
    assert owed(store, "ana", upto=0) == []
    [one] = owed(store, "ana")
    assert (one.uid, one.category, one.fingerprint, bool(one.again)) == (1, "billing", "print", False)
    assert owed(store, "ben", LATER) == []
    [one] = owed(store, "ben", AFTER)
    assert one.again
    store.mailbox_progress.finish(BOX, "ben", [1], MAIL_DONE, have="acting")
    assert owed(store, "ben", AFTER + timedelta(days=1)) == []


def test_nobody_leases_a_mail_that_his_connection_has_not_heard_of(store):
    assert store.mailbox_progress.lease(BOX, Lease("ana", NOON, LATER, 5, upto=3)) == [1, 2, 3]
    assert store.mailbox_progress.lease(BOX, Lease("ben", NOON, LATER, 5, upto=5)) == [4, 5]


def test_the_same_mail_under_another_number_is_used_up_one_for_one(store, arrived):
    take(store)
    one = arrived()
    keep_leased(store, BOX, "ana", {1: ("print", one)}, MAIL_DONE, NOON)
    anew = Numbering("box", 2, "INBOX")
    store.mailbox_progress.add(anew, [1, 2], NOON)
    take(store, box=anew)
    assert store.mailbox_progress.finish_known_mails(anew, "ana", {1: "print", 2: "print"}) == {1}
    assert rows(store)[5:] == ["done", "leased"]
    assert rows(store)[0] == "replaced"
    assert rows(store, "email_id")[5] == one.triaged.id


def test_who_watches_is_known_by_the_latest_beat(store):
    first = Watcher(id="a", mailbox="box", state="watching", said="Well.", beat_at=NOON)
    then = Watcher(id="a", mailbox="box", state="trouble", said="Not so well.", beat_at=LATER)
    other = Watcher(id="b", mailbox="box", state="watching", said="Well.", beat_at=NOON)
    for one in (first, other, then):
        store.mailbox_progress.record_heartbeat(one)
    assert store.mailbox_progress.watchers("box", NOON) == [then, other]
    assert store.mailbox_progress.watchers("box", LATER) == [then]
    store.mailbox_progress.remove_watcher("a")
    assert store.mailbox_progress.watchers("box", NOON) == [other]
    store.mailbox_progress.record_heartbeat(
        Watcher(id="c", mailbox="box", state="watching", said="", beat_at=NOON + timedelta(days=2))
    )
    assert [one.id for one in store.mailbox_progress.watchers("box", NOON)] == ["c"]
