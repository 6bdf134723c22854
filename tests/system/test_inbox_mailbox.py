"""A mailbox that the app itself watches: its mail on the Inbox page, and its trouble there and in /ready."""

import httpx
import pytest
from playwright.sync_api import expect

from tests.support.browser import click_button
from tests.support.dovecot import running
from tests.support.server import PAGES, PATIENCE, eventually, serve
from tests.support.sign_in import PASSWORD, signed_in
from tests.support.watching import subjects


@pytest.fixture(scope="module")
def dovecot():
    with running() as server:
        yield server


@pytest.fixture(scope="module")
def watched(dovecot, model_dir, tmp_path_factory):
    """The app, which watches that mailbox in its own process."""
    environment = {
        "DATABASE_URL": f"sqlite:///{tmp_path_factory.mktemp('watched')}/db",
        "MAILROOM_MODEL_DIR": str(model_dir),
        "MAILBOX_HOST": "localhost",
        "MAILBOX_PORT": str(dovecot.port),
        "MAILBOX_USER": "desk@example.com",
        "MAILBOX_PASSWORD": dovecot.password,
        "MAILBOX_CA": str(dovecot.ca),
        "MAILBOX_WATCH": "true",
        "MAILROOM_VIEWER_PASSWORD": PASSWORD,
    }
    with serve(PAGES, **environment) as address:
        address.database = environment["DATABASE_URL"]
        yield address


def ready(address, word):
    """What /ready says of the mailbox, once the word is in it."""

    def said():
        answer = httpx.get(f"{address}/api/v1/ready", timeout=PATIENCE, verify=False)
        mailbox = answer.json().get("mailbox", "") if answer.status_code == 200 else ""
        return word in mailbox and mailbox

    return eventually(said)


def test_mail_that_arrives_is_on_the_page_and_more_is_told_of(dovecot, watched, browser):
    ready(watched, "watched")
    dovecot.append(b"Subject: Charged twice\r\n\r\nMy card was charged twice for March.\r\n")
    page = signed_in(browser, watched).new_page()
    eventually(lambda: subjects(watched.database))
    page.goto(f"{watched}/inbox")
    expect(page.locator(".mr-dot").first).to_be_visible()
    expect(page.get_by_text("Read 1 + could not read 0 = 1")).to_be_visible()
    dovecot.append(b"Subject: Parcel\r\n\r\nWhere is my parcel?\r\n")
    expect(page.get_by_role("button", name="1 new: show them")).to_be_visible()
    click_button(page, "1 new: show them")
    expect(page.get_by_text("Read 2 + could not read 0 = 2")).to_be_visible()
    page.close()


def test_trouble_is_told_and_passes(dovecot, watched):
    dovecot.stop()
    assert "Inbox page" in ready(watched, "in trouble")
    answer = httpx.get(f"{watched}/api/v1/ready", timeout=PATIENCE)
    assert answer.status_code == 200, "decisions can be made all the same"
    dovecot.start()
    ready(watched, "watched")
