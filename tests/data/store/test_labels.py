"""The log of labels on SQLite and PostgreSQL: only ever added to, undone by one more entry, leased to one person."""

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest

from data.schema import Claim, Email, Label, Received
from data.store import Store
from tests.conftest import NOON
from tests.support.server import PATIENCE, ROOT, eventually

TEN = timedelta(minutes=10)

LABELLER = """
import pathlib, sys, time, uuid
from datetime import UTC, datetime
from data.schema import Label, StoreUnavailable
from data.store import Store

store, end, by = Store(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
while not end.exists():
    label = Label(id=uuid.uuid4().hex, email_id="m0", by=by, at=datetime.now(UTC), category="billing")
    while True:
        try:
            store.labels.add([label])
        except StoreUnavailable:
            time.sleep(0.05)
        else:
            break
    print(label.id, flush=True)
"""


@pytest.fixture
def store(url):
    """With five emails."""
    ready = Store(url)
    ready.receive([Received(f"m{i}", NOON, "pool", Email(body=f"mail {i}")) for i in range(5)])
    return ready


def said(id, email="m0", category="billing", by="ana", **more):
    return Label(id=id, email_id=email, by=by, at=NOON, category=category, **more)


def claim(by, *ids, wanted=1, now=NOON):
    return Claim([(id, wanted) for id in ids], by, now, now + TEN)


def standing(store):
    return [(one.email_id, one.by, one.category) for one in store.labels.current_labels()]


def test_an_entry_comes_back_equal(store):
    full = said(
        "1",
        category="refund",
        also="billing",
        impact="low",
        urgency="high",
        note="=1+1 <b>א😀",
        expert=True,
        seconds=4.25,
        suggested="sales",
        shown=True,
        audit=True,
        model_version="m1",
    )
    store.labels.add([full])
    assert store.labels.history("m0") == [full]


def test_the_log_is_added_to_and_the_latest_word_of_each_person_stands(store):
    store.labels.add([said("1"), said("2", category="refund"), said("3", by="ben"), said("4", email="m1")])
    assert [one.id for one in store.labels.history("m0")] == ["1", "2", "3"]
    assert standing(store) == [("m0", "ana", "refund"), ("m0", "ben", "billing"), ("m1", "ana", "billing")]


def test_the_same_entry_twice_is_there_once(store):
    assert store.labels.add([said("1")]) == 1
    assert store.labels.add([said("1"), said("2", email="m1")]) == 1
    assert len(store.labels.log(NOON)) == 2


def test_undoing_is_one_more_entry_as_often_as_one_likes(store):
    store.labels.add([said("1"), said("2", category="refund"), said("3", email="m1", kind="skip", category="")])
    for expected in ("3", "2", "1"):
        last = store.labels.latest("ana")
        assert last.id == expected
        undo = Label(id=f"undo{last.id}", email_id=last.email_id, by="ana", at=NOON, kind="undo", undoes=last.id)
        store.labels.add([undo])
    assert store.labels.latest("ana") is None
    assert standing(store) == []
    assert len(store.labels.log(NOON, by="ana")) == 6


def test_the_word_before_stands_again_once_the_later_one_is_undone(store):
    store.labels.add([said("1"), said("2", category="refund"), said("3", kind="undo", category="", undoes="2")])
    assert standing(store) == [("m0", "ana", "billing")]


def test_an_undo_touches_nobody_elses_work(store):
    store.labels.add([said("1"), said("2", by="ben")])
    assert store.labels.latest("ben").id == "2"
    assert store.labels.latest("carla") is None


def test_what_came_by_a_file_or_from_elsewhere_is_not_undone_by_a_key(store):
    store.labels.add([said("1"), said("2", email="m1", via="import"), said("3", email="m2", via="api")])
    assert store.labels.latest("ana").id == "1"


def test_an_email_is_leased_to_one_person_at_a_time(store):
    assert store.labels.claim(claim("ana", "m0", "m1")) == "m0"
    assert store.labels.claim(claim("ben", "m0", "m1")) == "m1"
    assert store.labels.claim(claim("carla", "m0", "m1")) is None


def test_a_lease_ends_after_ten_minutes_or_when_it_is_given_back(store):
    store.labels.claim(claim("ana", "m0"))
    assert store.labels.claim(claim("ben", "m0", now=NOON + TEN - timedelta(seconds=1))) is None
    assert store.labels.claim(claim("ben", "m0", now=NOON + TEN)) == "m0"
    store.labels.release("ben")
    assert store.labels.claim(claim("carla", "m0", now=NOON + TEN)) == "m0"


def test_whoever_takes_another_gives_back_the_one_before(store):
    store.labels.claim(claim("ana", "m0"))
    assert store.labels.claim(claim("ana", "m1")) == "m1"
    assert store.labels.claim(claim("ben", "m0")) == "m0"


def test_what_is_answered_is_not_offered_again_unless_two_should_answer_it(store):
    next_one = store.labels.add_and_claim(said("1"), claim("ana", "m0", "m1"))
    assert next_one == "m1"
    assert store.labels.claim(claim("ben", "m0", "m2")) == "m2"
    assert store.labels.claim(claim("ana", "m0", wanted=2)) is None, "never the same person twice"
    assert store.labels.claim(claim("ben", "m0", wanted=2)) == "m0"


def test_an_undone_answer_frees_its_email(store):
    store.labels.add([said("1"), said("2", kind="undo", category="", undoes="1")])
    assert store.labels.claim(claim("ben", "m0")) == "m0"


def test_many_who_ask_at_once_get_an_email_each(url, store):
    got = []
    people = [
        Thread(target=lambda i=i: got.append(Store(url).labels.claim(claim(f"p{i}", *(f"m{j}" for j in range(5))))))
        for i in range(5)
    ]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert sorted(got) == [f"m{i}" for i in range(5)]


def test_a_server_that_stops_and_starts_under_load_loses_nothing_and_doubles_nothing(postgres, tmp_path):
    url = postgres.database("load")
    store = Store(url)
    store.receive([Received("m0", NOON, "pool", Email(body="mail"))])
    end = tmp_path / "end"
    command = [sys.executable, "-c", LABELLER, url, str(end)]
    both = [subprocess.Popen([*command, by], cwd=ROOT, stdout=subprocess.PIPE, text=True) for by in ("ana", "ben")]
    eventually(lambda: {one.by for one in store.labels.history("m0")} == {"ana", "ben"})
    for _ in range(3):
        enough = len(store.labels.history("m0")) + 35
        eventually(lambda enough=enough: len(store.labels.history("m0")) >= enough)
        postgres.stop()
        postgres.start()
    end.touch()
    said = [line for process in both for line in process.communicate(timeout=PATIENCE)[0].split()]
    there = [one.id for one in store.labels.history("m0")]
    assert len(said) > 100
    assert sorted(there) == sorted(said)


def test_a_log_can_be_read_from_a_time_on(store):
    later = replace(said("2", email="m1"), at=NOON + TEN)
    store.labels.add([said("1"), later])
    assert store.labels.log(NOON + TEN) == [later]
    assert store.labels.log(NOON, by="ben") == []
