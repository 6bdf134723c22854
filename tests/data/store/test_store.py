"""What was kept is there, on SQLite and on PostgreSQL: whole, in time zones, after a kill, by two processes."""

import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from data.mail import as_items
from data.provenance import FORM
from data.schema import Email, Received, StoreUnavailable, Threshold, Triaged
from data.settings import ROOT
from data.store import Store
from data.store.database import MIGRATIONS, Database
from data.store.tables import metadata
from model.classify.decision import ask_person
from model.confidence.limits import Limits, limits_in_force, set_threshold
from model.triage import triage
from tests.conftest import NOON
from tests.support.mails import email_alone
from tests.support.server import PATIENCE

WRITER = """
import sys
from datetime import UTC, datetime, timedelta
from data import taxonomy
from data.mail import Mail, TriagedMail
from data.provenance import FORM
from data.schema import Email, Triaged
from data.store import Store
from model.classify.decision import ask_person

store, rules, name = Store(sys.argv[1]), taxonomy.read_taxonomy(), sys.argv[2]
print("open", flush=True)
for i in range(int(sys.argv[3])):
    email = Email(body=f"mail {i}")
    [made] = ask_person([email], rules, "test")
    at = datetime.now(UTC)
    one = Triaged(f"{name}{i}", at, email, made, at + timedelta(hours=1), 1.0)
    store.keep([TriagedMail(one, Mail(email=email))], FORM)
    print(f"{name}{i}", flush=True)
"""


@pytest.fixture
def store(url):
    return Store(url)


def triaged(taxonomy, id="one", **fields):
    email = Email(**{"body": "Where is it?", **fields})
    [made] = ask_person([email], taxonomy, "because")
    return Triaged(id, NOON, email, made, NOON + timedelta(hours=8), 12.5)


def writer(url, name, count=10_000):
    command = [sys.executable, "-c", WRITER, url, name, str(count)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_what_was_kept_comes_back_equal(store, taxonomy):
    one = triaged(taxonomy, subject="=1+1", body="<b>\u202b עברית 😀 '; DROP TABLE label;--", customers_affected=3)
    store.keep([email_alone(one)], FORM)
    assert store.get("one") == one
    assert store.get("two") is None


def test_all_decisions_of_a_batch_are_kept_or_none(store, taxonomy):
    with pytest.raises(StoreUnavailable):
        store.keep([email_alone(triaged(taxonomy, id)) for id in ("new", "twice", "twice")], FORM)
    assert store.get("new") is None


def test_received_mail_is_there_once_the_latest_first(store, taxonomy):
    early, late = (Received(id, NOON + timedelta(hours=i), "import", Email(body=id)) for i, id in enumerate(("a", "b")))
    assert store.receive([early, late]) == 2
    assert store.receive([Received("a", NOON, "import", Email(body="another")), late]) == 0
    store.keep([email_alone(triaged(taxonomy, "c"))], FORM)
    assert [one.id for one in store.received(10)] == ["b", "a", "c"]
    assert store.received(10, without=["triage"]) == [late, early]
    assert store.received(1) == [late]
    assert store.email("a") == early
    assert store.email("nobody") is None


def test_thresholds_are_added_and_the_latest_holds(store):
    assert store.thresholds() == []
    told = [Threshold(above, by, NOON) for above, by in ((0.8, "ana"), (0.6, "ben"), (0.8, "ana"))]
    for one in told:
        store.set_threshold(one)
    assert store.thresholds() == told[::-1]
    assert store.thresholds(most=1) == told[-1:]


def test_mail_is_decided_from_the_threshold_in_force(store, taxonomy, classifier):
    email = Email(body="Where is my parcel? The tracking has shown nothing since Monday.")
    assert limits_in_force(store, Limits()) == Limits()
    [usual] = triage(as_items([email]), classifier, store, FORM)
    usual = usual.triaged.prediction
    assert usual.decided
    for above, cause in ((usual.confidence + 1e-6, "unsure"), (usual.confidence - 1e-6, "confident")):
        set_threshold(above, "ana", store)
        [found] = triage(as_items([email]), classifier, store, FORM)
        assert limits_in_force(store, Limits()).decide_above == above
        assert found.triaged.prediction.cause == cause
        assert store.get(found.triaged.id).prediction == found.triaged.prediction


def test_a_database_of_an_earlier_version_is_brought_up_to_date(url):
    from alembic import command
    from alembic.config import Config

    engine = Database(url).engine
    with engine.begin() as connection:
        connection.exec_driver_sql("drop view answer")
        metadata.drop_all(connection)
        connection.exec_driver_sql("delete from alembic_version")
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS))
        command.upgrade(config, "0002")
        connection.exec_driver_sql(
            "insert into triaged (id, at, subject, body, category, action, priority, confidence, model_version,"
            " respond_by, latency_ms, prediction) values ('one', '2026-11-23 12:00:00', '', 'Where is it?', 'sales',"
            " 'ask', 'P3', 0.5, 'm1', '2026-11-23 20:00:00', 1, '{}')"
        )
        connection.exec_driver_sql(
            'insert into label (triaged_id, category, "by", at, model_version)'
            " values ('one', 'billing', 'ana', '2026-11-23 12:00:00', 'm1'),"
            " ('one', 'refund', 'ana', '2026-11-23 12:00:00', 'm1')"
        )
    store = Store(url)
    assert store.email("one").email.body == "Where is it?"
    assert [label.category for label in store.labels.history("one")] == ["billing", "refund"]
    assert [(one.category, one.suggested, one.at) for one in store.labels.current_labels()] == [
        ("refund", "sales", NOON)
    ]
    assert store.thresholds() == []


def test_a_second_start_finds_everything(url, taxonomy):
    Store(url).keep([email_alone(triaged(taxonomy))], FORM)
    assert Store(url).get("one")


def test_the_schema_is_versioned_from_the_first_table_and_in_wal(tmp_path):
    Store(f"sqlite:///{tmp_path}/test.db")
    with sqlite3.connect(tmp_path / "test.db") as raw:
        assert raw.execute("select version_num from alembic_version").fetchall() == [("0007",)]
        assert raw.execute("pragma journal_mode").fetchone() == ("wal",)


def test_the_migrations_make_the_tables_that_the_store_uses(store):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with store.database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_folder_that_is_not_there_yet_is_made(tmp_path):
    Store(f"sqlite:///{tmp_path}/deep/down/new.db").check()


@pytest.mark.system
def test_two_processes_that_start_at_once_on_an_empty_disk(url):
    both = [writer(url, name, 20) for name in "ab"]
    for process in both:
        out, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, err
        assert len(out.split()) == 21
    assert len(Store(url).received(100)) == 40


def test_many_stores_that_one_process_opens_at_once(tmp_path):
    with ThreadPoolExecutor(8) as at_once:
        urls = [f"sqlite:///{tmp_path}/{i}.db" for i in range(24)]
        assert all(store.get("one") is None for store in at_once.map(Store, urls))


@pytest.mark.system
def test_what_was_acknowledged_survives_kill_9(url):
    for round_ in range(3):
        both = [writer(url, f"{name}{round_}-") for name in "ab"]
        said = [[process.stdout.readline() for _ in range(15)][1:] for process in both]
        for process in both:
            process.send_signal(signal.SIGKILL)
            process.communicate()
        store = Store(url)
        assert all(store.get(line.strip()) for lines in said for line in lines)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("sqlite:////proc/nowhere/a.db", "The store could not be opened"),
        ("nonsense", "The store could not be opened"),
        ("oracle://x/y", "The store could not be opened"),
        ("postgresql://localhost:abc/x", "The store could not be opened"),
        ("sqlite:////tmp/x.db?timeout=abc", "The store could not be opened"),
    ],
)
def test_a_store_that_is_away_says_so(url, says):
    with pytest.raises(StoreUnavailable, match=says):
        Store(url)


def test_a_file_that_is_no_database_says_so(tmp_path):
    (tmp_path / "a.db").write_text("not a database, certainly" * 100)
    with pytest.raises(StoreUnavailable, match="not a database"):
        Store(f"sqlite:///{tmp_path}/a.db")
