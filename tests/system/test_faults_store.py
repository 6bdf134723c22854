"""A store that is full, read-only, locked, damaged or away ends in a sentence, and nothing acknowledged is lost."""

import logging
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest
import sqlalchemy as sa

from data.schema import Email, Received, StoreUnavailable
from data.store import Store, database, reasons
from data.store.tables import email_table
from tests.conftest import NOON
from tests.support.browser import click_button
from tests.support.faults import PARCEL, disk, locked
from tests.support.server import API, PAGES, PATIENCE, ROOT, serve

TECHNICAL = ("Traceback", "OperationalError", "Errno", "sqlalche.me", "INSERT", "BEGIN", "s3cr3t", "/tmp", str(ROOT))
KEPT_NOTHING = " Nothing was decided, and nothing kept."
WRITTEN = "The store could not be written to: "
OPENED = "The store could not be opened: "
ENVELOPE = "What you typed is still in the form: try again."
BODY = "Dear team, my name is Wilhelmina and my card ends in 4242."


def ask(address):
    return httpx.post(f"{address}/api/v1/predict", json=PARCEL, timeout=PATIENCE)


def told(answer):
    """The sentence of a problem, which is whole."""
    assert answer.status_code == 503, answer.text
    assert not [word for word in TECHNICAL if word in answer.text]
    return answer.json()["detail"]


def acknowledged(address):
    made = ask(address)
    assert made.status_code == 200, made.text
    return made.json()["id"]


def received(body="hello"):
    return Received("one", NOON, "import", Email(body=body))


@contextmanager
def full(small, path):
    small.fill()
    yield
    small.make_room()


@contextmanager
def held(small, path):
    with locked(path):
        yield


@pytest.mark.parametrize(("fault", "reason"), [(full, reasons.FULL), (held, reasons.LOCKED)], ids=["full", "locked"])
def test_whoever_sorts_an_email_meanwhile_reads_why_and_loses_nothing(browser, model_dir, tmp_path, fault, reason):
    with disk(tmp_path / "disk", 2) as small:
        path = small.folder / "desk.db"
        with serve(PAGES, DATABASE_URL=f"sqlite:///{path}", MAILROOM_MODEL_DIR=str(model_dir)) as address:
            before = [acknowledged(address) for _ in range(5)]
            page = browser.new_page()
            page.goto(address)
            page.get_by_label("Email", exact=True).fill(PARCEL["body"])
            with fault(small, path), ThreadPoolExecutor() as aside:
                refused = aside.submit(ask, address)
                click_button(page, "Sort it")
                page.wait_for_selector(f"text={WRITTEN}{reason} {ENVELOPE}")
                assert page.get_by_label("Email", exact=True).input_value() == PARCEL["body"]
                assert not [word for word in TECHNICAL if word in page.inner_text("body")]
                assert told(refused.result()) == WRITTEN + reason + KEPT_NOTHING
            click_button(page, "Sort it")
            page.wait_for_selector(".mr-answer.decided")
            page.close()
        store = Store(f"sqlite:///{path}")
        assert all(store.get(id) for id in before)
        assert len(store.received(100)) == len(before) + 1, "and what was refused is not there by halves"
        store.database.engine.dispose()


def test_a_disk_that_may_only_be_read_is_said_and_what_was_kept_is_there_afterwards(model_dir, tmp_path):
    with disk(tmp_path / "disk", 2) as small:
        url = f"sqlite:///{small.folder}/desk.db"
        environment = {"DATABASE_URL": url, "MAILROOM_MODEL_DIR": str(model_dir)}
        store = Store(url)
        store.receive([received()])
        store.database.engine.dispose()
        small.mount("-o", "remount,ro")
        with serve(API, **environment) as address:
            assert told(ask(address)) == OPENED + reasons.UNOPENED + KEPT_NOTHING
            small.mount("-o", "remount,rw")
            assert acknowledged(address), "without a restart"
        assert store.email("one") == received()
        store.database.engine.dispose()


def test_a_server_that_is_away_is_said_without_its_address_and_all_goes_on_when_it_is_back(model_dir, postgres):
    url = postgres.database("desk_away")
    with serve(API, DATABASE_URL=url, MAILROOM_MODEL_DIR=str(model_dir)) as address:
        before = acknowledged(address)
        postgres.stop()
        try:
            detail = told(ask(address))
        finally:
            postgres.start()
        assert detail.endswith(reasons.UNREACHED + KEPT_NOTHING)
        assert "127.0.0.1" not in detail
        after = acknowledged(address)
    assert Store(url).get(before) and Store(url).get(after)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgresql://ana:s3cr3t@127.0.0.1:1/desk", reasons.UNREACHED),
        ("postgresql://ana:s3cr3t@nowhere.invalid/desk", reasons.UNREACHED),
        ("postgresql://ana:s3cr3t@127.0.0.1:1/desk?sslmode=often", reasons.UNREACHED),
        ("postgresql://ana:s3cr3t@127.0.0.1:1/desk?colour=red", reasons.UNREACHED),
        ("postgresql://ana:pa@ss:s3cr3t/desk", reasons.ADDRESS),
        ("postgresql://ana:s3cr3t@host:port/desk", reasons.ADDRESS),
        ("mysql://ana:s3cr3t@host/desk", reasons.ADDRESS),
        ("s3cr3t", reasons.ADDRESS),
        ("sqlite:////proc/nowhere/s3cr3t.db", reasons.UNOPENED),
    ],
)
def test_no_address_and_no_password_is_in_a_sentence_or_in_the_log(url, reason, caplog):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(StoreUnavailable) as away:
        Store(url)
    assert str(away.value) == OPENED + reason
    assert "s3cr3t" not in "".join(traceback.format_exception(away.value)) + caplog.text.replace(url, "")
    assert "The store could not be opened: " in caplog.text


def test_a_database_that_may_only_be_read_is_said(tmp_path):
    path = tmp_path / "desk.db"
    Store(f"sqlite:///{path}").database.engine.dispose()
    with pytest.raises(StoreUnavailable) as away:
        Store(f"sqlite:///file:{path}?mode=ro&uri=true").receive([received()])
    assert str(away.value) in (OPENED + reasons.READ_ONLY, WRITTEN + reasons.READ_ONLY)


def test_a_damaged_database_is_said(tmp_path):
    path = tmp_path / "desk.db"
    store = Store(f"sqlite:///{path}")
    store.receive([received("x" * 20_000)])
    store.database.engine.dispose()
    raw = bytearray(path.read_bytes())
    raw[8192:] = b"\xff" * (len(raw) - 8192)
    path.write_bytes(raw)
    with pytest.raises(StoreUnavailable) as away:
        Store(f"sqlite:///{path}").received(10)
    assert str(away.value).endswith(reasons.DAMAGED)


def test_who_waits_for_a_lock_gets_it_as_soon_as_it_is_free(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.2)
    path = tmp_path / "desk.db"
    store = Store(f"sqlite:///{path}")
    with locked(path):
        assert store.received(10) == [], "reading goes on"
        with pytest.raises(StoreUnavailable, match="another program keeps it locked"):
            store.receive([received()])
    assert store.receive([received()]) == 1


def test_what_a_mail_says_is_in_no_error_and_in_no_log(url, caplog):
    """A row that the database refuses: drivers and SQLAlchemy would quote it, mail and all."""
    caplog.set_level(logging.DEBUG)
    store = Store(url)
    row = {"id": "one", "at": NOON, "source": "import", "body": BODY}

    def without_subject(connection: sa.Connection):
        return connection.execute(sa.insert(email_table).values(subject=sa.null(), **row))

    with pytest.raises(StoreUnavailable) as away:
        store.database.write(without_subject)
    assert str(away.value) == WRITTEN + reasons.UNFIT
    said = "".join(traceback.format_exception(away.value)) + caplog.text
    assert "Wilhelmina" not in said
    assert "INSERT INTO email" in caplog.text, "but the log says where"


def test_what_a_mail_says_is_not_in_the_errors_of_sqlalchemy_either(url):
    engine = Store(url).database.engine
    with pytest.raises(sa.exc.DBAPIError) as error, engine.connect() as connection:
        connection.execute(sa.text("select nothing from nowhere where body = :body"), {"body": BODY})
    assert "Wilhelmina" not in str(error.value)
