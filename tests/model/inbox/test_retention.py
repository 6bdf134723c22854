"""Mail is kept for so many days: at the server's start and every hour what is older loses its text."""

from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest

from data.labels.exchange import import_labels
from data.mail import Batch, RejectedMail
from data.sample_mail import SOURCE_SAMPLE
from data.schema import Email, Label, Received, StoreUnavailable
from data.settings import Settings
from data.store import Store
from model.inbox.retention import erase_expired, run_retention
from tests.conftest import NOON
from tests.support.mails import batch_part


@pytest.fixture
def store(url):
    """With mail that came in 0, 10, 20 and 30 days ago, and one that Mailroom brought long ago."""
    made = Store(url)
    mail = [Received(f"d{days}", ago(days), "mailbox", Email(body=f"from {days}")) for days in (0, 10, 20, 30)]
    made.receive([*mail, Received("ours", ago(400), SOURCE_SAMPLE, Email(body="for practice"))])
    return made


def ago(days):
    return NOON - timedelta(days=days)


def there(store):
    return {one.id for one in store.received(10)}


def test_what_is_older_loses_its_text_and_what_mailroom_brings_stays(store):
    assert erase_expired(15, store, lambda: NOON) == 2
    assert there(store) == {"d0", "d10", "ours"}
    assert erase_expired(15, store, lambda: NOON) == 0
    assert erase_expired(15, store, lambda: NOON + timedelta(days=6)) == 1


def test_mail_on_the_day_itself_stays(store):
    assert erase_expired(20, store, lambda: NOON) == 1
    assert there(store) == {"d0", "d10", "d20", "ours"}


def test_without_a_number_of_days_mail_is_kept_for_ever(store):
    assert erase_expired(Settings().keep_days, store, lambda: NOON + timedelta(days=10_000)) == 0
    assert len(there(store)) == 5
    run_retention(Event(), Settings().keep_days, lambda: store)


def test_labels_on_old_mail_stay_without_their_notes(store):
    store.labels.add([Label(id="a", email_id="d30", by="jo", at=ago(30), category="billing", note="Ana again")])
    erase_expired(15, store, lambda: NOON)
    assert [(one.category, one.note) for one in store.labels.current_labels()] == [("billing", "")]


def test_what_files_were_called_goes_with_their_mail_but_not_how_many_were_bad(store):
    for id, at, state in (("old", ago(30), "done"), ("new", ago(1), "done"), ("box", ago(300), "watched")):
        store.inbox.add_batch(Batch(id=id, name="ana@example.com.mbox", at=at, beat_at=at, state=state))
        store.keep([], batch_part(id, at, [RejectedMail("ana@example.com.mbox", "3", "It is cut off.")]))
    erase_expired(15, store, lambda: NOON)
    names = {
        one.id: (one.name, one.bad, len(store.inbox.rejected(one.id)))
        for one in store.inbox.batches(["old", "new", "box"])
    }
    assert names["old"] == ("[forgotten]", 1, 0)
    assert names["new"] == names["box"] == ("ana@example.com.mbox", 1, 1)


def test_labels_of_a_file_without_dates_count_from_when_they_came_in(store, taxonomy, tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("body,category\nWhere is my parcel now?,delivery\n")
    import_labels(path, store, taxonomy)
    erase_expired(1, store, lambda: datetime.now(UTC))
    assert "Where is my parcel now?" in [one.email.body for one in store.received(10)]


def test_the_loop_sweeps_at_its_start_and_again_until_it_is_stopped(store):
    stop, times = Event(), iter([NOON, NOON + timedelta(days=6), NOON + timedelta(days=11)])
    left = []

    def clock():
        left.append(there(store))
        try:
            return next(times)
        except StopIteration:
            stop.set()
            return NOON

    run_retention(stop, 15, lambda: store, clock, every=0)
    assert left[:3] == [{"d0", "d10", "d20", "d30", "ours"}, {"d0", "d10", "ours"}, {"d0", "ours"}]


def test_a_store_that_is_away_is_asked_again_the_next_time(store):
    stop, asked = Event(), []

    def opened():
        asked.append(1)
        if len(asked) == 1:
            raise StoreUnavailable("away")
        stop.set()
        return store

    run_retention(stop, 15, opened, lambda: NOON, every=0)
    assert len(asked) == 2
    assert there(store) == {"d0", "d10", "ours"}


def test_it_stops_at_once_when_the_server_does(store):
    stop = Event()
    thread = Thread(target=run_retention, args=(stop, 15, lambda: store, lambda: NOON))
    thread.start()
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
