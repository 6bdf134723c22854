"""Files of mail are sorted part by part: stopped, killed, or with the store away, what is done is kept."""

import io
import os
import signal
import subprocess
import sys
import tracemalloc
from datetime import timedelta
from operator import attrgetter
from pathlib import Path

import pytest
from tenacity import wait_none

from data.intake.files import IntakeOptions, read_mail_files
from data.mail import BATCH_DONE, BATCH_FAILED, BATCH_RUNNING, BATCH_STOPPED, Batch, IntakeItem
from data.schema import StoreUnavailable
from data.store import Store
from model.inbox import upload
from model.inbox.upload import MAX_PART, MIN_PART, batch_alive, growing_parts, start_batch, triage_files
from tests.conftest import NOON
from tests.support.server import ROOT, eventually

ROW = "7,Where is my parcel? The tracking has not moved.\n"


def csv_of(rows):
    return "id,text\n" + ROW * rows


def begun(store, id="b"):
    store.inbox.add_batch(Batch(id=id, name="a.csv", at=NOON, beat_at=NOON, size=1))
    return id


def waited(store, id):
    eventually(lambda: store.inbox.batch(id).state != BATCH_RUNNING)
    return store.inbox.batch(id)


def test_a_mix_of_files_is_sorted_and_all_of_it_is_accounted_for(url, classifier, taxonomy):
    store = Store(url)
    drop = [
        ("a.csv", io.BytesIO(csv_of(30).encode() + b"8,\n")),
        ("b.eml", io.BytesIO(b"Subject: Charged twice\n\nMy card was charged twice for March.\n")),
        ("c.pdf", io.BytesIO(b"%PDF-1.7")),
        ("d.csv", io.BytesIO(b"")),
    ]
    batch = waited(store, start_batch(drop, IntakeOptions(), classifier, lambda: store).id)
    assert batch.state == BATCH_DONE
    assert batch.read == len(store.inbox.queue_items(batch.id)) == 31
    bad = store.inbox.rejected(batch.id)
    assert batch.bad == len(bad)
    assert {one.file for one in bad} == {"a.csv", "c.pdf", "d.csv"}
    assert batch.done == pytest.approx(batch.size, rel=0.05)
    assert batch.name == "a.csv, b.eml, c.pdf, d.csv"


def test_the_columns_that_a_visitor_chose_are_used(store, classifier, taxonomy):
    table = "Resolution,Question\nWe will send a new one soon,Where is my parcel?\n"
    ways = IntakeOptions({"a.csv": {"body": "Question"}})
    batch = waited(store, start_batch([("a.csv", io.BytesIO(table.encode()))], ways, classifier, lambda: store).id)
    [line] = store.inbox.queue_items(batch.id)
    assert store.inbox.get(line.id).mail.email.body == "Where is my parcel?"


def test_it_stops_when_asked_and_keeps_what_is_done(store, classifier, taxonomy, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(csv_of(500))
    id = begun(store)

    class Stopping:
        taxonomy, limits = classifier.taxonomy, classifier.limits

        def predict(self, emails, limits=None):
            store.inbox.stop_batch(id)
            return classifier.predict(emails, limits)

    triage_files([(path, "a.csv")], id, IntakeOptions(), Stopping(), lambda: store)
    batch = store.inbox.batch(id)
    assert (batch.state, batch.read) == (BATCH_STOPPED, MIN_PART)
    assert len(store.inbox.queue_items(id)) == MIN_PART


@pytest.mark.parametrize("call", ["keep", "inbox.batch", "inbox.end_batch"])
def test_a_store_that_comes_back_loses_nothing(store, classifier, taxonomy, tmp_path, monkeypatch, call):
    path = tmp_path / "a.csv"
    path.write_text(csv_of(50))
    id, works, fails = begun(store), attrgetter(call)(store), iter([True, True])
    monkeypatch.setattr(upload, "_while_store_is_away", upload._while_store_is_away.copy(wait=wait_none()))

    def sometimes(*given):
        if next(fails, False):
            raise StoreUnavailable("The disk is full.")
        return works(*given)

    *whose, name = call.split(".")
    monkeypatch.setattr(attrgetter(*whose)(store) if whose else store, name, sometimes)
    triage_files([(path, "a.csv")], id, IntakeOptions(), classifier, lambda: store)
    assert (store.inbox.batch(id).state, store.inbox.batch(id).read) == (BATCH_DONE, 50)


def test_a_store_that_stays_away_is_said(store, classifier, taxonomy, tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_text(csv_of(50))
    id = begun(store)
    monkeypatch.setattr(upload, "_while_store_is_away", upload._while_store_is_away.copy(wait=wait_none()))

    def away(*_):
        raise StoreUnavailable("The disk is full.")

    monkeypatch.setattr(store, "keep", away)
    triage_files([(path, "a.csv")], id, IntakeOptions(), classifier, lambda: store)
    batch = store.inbox.batch(id)
    assert (batch.state, batch.said, batch.read) == (BATCH_FAILED, "The disk is full.", 0)


def test_parts_grow_where_they_are_quick_and_shrink_where_they_are_slow(monkeypatch):
    found = (IntakeItem("a", str(i)) for i in range(5_000))
    sizes = [len(part) for part in growing_parts(found)]
    assert sizes[:3] == [MIN_PART, 2 * MIN_PART, 4 * MIN_PART]
    assert max(sizes) == MAX_PART and sum(sizes) == 5_000
    clock = iter(range(0, 100_000, 10))
    monkeypatch.setattr(upload, "perf_counter", lambda: next(clock))
    assert {len(part) for part in growing_parts(iter([IntakeItem("a", str(i)) for i in range(100)]))} == {MIN_PART}


KILLED = """
import sys
from pathlib import Path
from data import taxonomy
from data.intake.files import IntakeOptions
from data.mail import Batch
from data.store import Store
from data.clock import now
from model.classify.keyword_rules import KeywordRules
from model.inbox import upload
rules, store, at = taxonomy.read_taxonomy(), Store(sys.argv[1]), now()
store.inbox.add_batch(Batch(id="b", name="a.csv", at=at, beat_at=at, size=1))
print("begun", flush=True)
upload.triage_files([(Path(sys.argv[2]), "a.csv")], "b", IntakeOptions(), KeywordRules(rules), lambda: store)
"""


def test_killed_in_the_middle_what_was_told_is_there(url, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(csv_of(20_000))
    store = Store(url)
    process = subprocess.Popen([sys.executable, "-c", KILLED, url, str(path)], cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout.readline().strip() == b"begun"
    eventually(lambda: store.inbox.batch("b").read >= 300)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    batch = store.inbox.batch("b")
    assert 300 <= batch.read < 20_000
    assert len(store.inbox.queue_items("b")) == batch.read
    assert (
        batch.state == BATCH_RUNNING
        and batch_alive(batch, batch.beat_at)
        and not batch_alive(batch, NOON + timedelta(days=9_999))
    )


@pytest.mark.system
def test_memory_stays_flat_with_the_size_of_the_file(tmp_path, monkeypatch):
    """Read in parts: a file four times as large takes hardly more."""
    monkeypatch.setattr(upload, "perf_counter", lambda: 0.0)  # parts as large as they get, however busy the machine

    def peak(rows):
        path = Path(tmp_path, "a.csv")
        path.write_text(csv_of(rows))
        tracemalloc.start()
        for part in growing_parts(read_mail_files(path, "a.csv")):
            assert part
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    small = peak(4_000)
    assert peak(16_000) < 1.5 * small
