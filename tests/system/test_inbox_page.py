"""The Inbox page in a real browser: files dropped, sorted, looked at, and what people do to the mail."""

import csv
import io
import sqlite3
import zipfile

import pytest
from playwright.sync_api import expect

from tests.support.browser import click_button, still
from tests.support.server import PAGES, serve

EVIL = "<img src=x onerror=alert(1)> **bold** $x$ =1+1"
TABLE = [
    ["Ticket", "Requester", "Opened", "Headline", "What they wrote", "Queue"],
    ["1", "ana@example.com", "2026-11-23 09:00", "Charged twice", "My card was charged twice for March.", "Delivery"],
    ["2", "bo@example.com", "2026-11-23 09:05", "", "Where is my parcel? The tracking has not moved.", "Delivery"],
    ["3", "cy@example.com", "2026-11-23 09:10", EVIL, f"Please cancel my subscription. {EVIL}", "Cancellation"],
    ["4", "di@example.com", "2026-11-23 09:15", "Nothing in it", "", "Billing"],
]


def as_csv(rows):
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    return file.getvalue().encode()


def troubles(page):
    """What went wrong, but for two files that Streamlit asks for in vain at the foot of a deep link."""
    return [one for one in page.troubles if "404" not in one]


def drop(page, *files):
    page.set_input_files(
        "[data-testid=stFileUploader] input[type=file]",
        [{"name": name, "mimeType": "text/plain", "buffer": content} for name, content in files],
    )
    expect(page.get_by_role("button", name="Sort them")).to_be_enabled()


def sort(page):
    click_button(page, "Sort them")
    page.wait_for_selector("[data-testid=stDataFrame] canvas")
    still(page)


def select(page, row):
    """Click the box at the head of a row."""
    box = page.locator("[data-testid=stDataFrame]").first.bounding_box()
    page.mouse.click(box["x"] + 18, box["y"] + 35 * (row + 1) + 17)


@pytest.fixture
def sorted_page(visit):
    """The page with the four rows of the table sorted; nothing may go wrong on it."""
    page = visit("/inbox?by=ana")
    drop(page, ("desk.csv", as_csv(TABLE)))
    sort(page)
    yield page
    assert troubles(page) == []


def test_an_empty_inbox_says_what_it_is_for(visit):
    page = visit("/inbox")
    expect(page.get_by_text("Monday morning, sorted.")).to_be_visible()
    assert troubles(page) == []


def test_columns_are_guessed_and_can_be_corrected(visit):
    page = visit("/inbox")
    drop(page, ("desk.csv", as_csv(TABLE)))
    for label, guess in (
        ("Text", "What they wrote"),
        ("Subject", "Headline"),
        ("From", "Requester"),
        ("Date", "Opened"),
    ):
        expect(page.get_by_label(label, exact=True)).to_have_value(guess)
    page.get_by_label("Subject", exact=True).click()
    page.get_by_role("option", name="Queue").click()
    sort(page)
    select(page, 0)
    expect(page.locator(".mr-mail")).to_contain_text("Delivery")


def test_read_and_bad_are_all_and_bad_rows_stand_apart(sorted_page):
    expect(sorted_page.get_by_text("Read 3 + could not read 1 = 4, all that was in it.")).to_be_visible()
    expect(sorted_page.get_by_text("What could not be read")).to_be_visible()
    assert sorted_page.locator("[data-testid=stDataFrame]").count() == 2


def test_a_row_opens_beside_the_table_as_on_the_triage_page(sorted_page):
    select(sorted_page, 0)
    expect(sorted_page.locator(".mr-answer")).to_be_visible()
    for heading in ("Why", "How usual is this mail?", "Priority"):
        expect(sorted_page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    expect(sorted_page.get_by_text("Was this right?")).to_be_visible()


def test_hostile_mail_is_text_in_its_detail(sorted_page):
    search = sorted_page.get_by_role("textbox", name="Search")
    search.fill("cancel my")
    search.press("Enter")
    expect(sorted_page.get_by_text("1 shown.")).to_be_visible()
    select(sorted_page, 0)
    expect(sorted_page.locator(".mr-mail")).to_contain_text(EVIL)
    assert sorted_page.locator(".mr-mail img, .mr-facts img").count() == 0


def test_what_is_said_of_many_is_kept_as_labels(sorted_page, database):
    before = labels(database)
    select(sorted_page, 0)
    select(sorted_page, 1)
    expect(sorted_page.get_by_text("2 selected")).to_be_visible()
    move = sorted_page.get_by_role("combobox", name="Move to")
    move.click()
    move.fill("Praise")
    sorted_page.get_by_role("option", name="Praise").click()
    expect(sorted_page.get_by_text("2 moved, and kept as labels.")).to_be_visible()
    new = labels(database)[len(before) :]
    assert [(by, via, category) for by, via, category in new] == [("ana", "inbox", "praise")] * 2
    expect(sorted_page.get_by_text("By people 2")).to_be_visible()


def labels(database):
    with sqlite3.connect(database) as raw:
        return raw.execute('select "by", via, category from label order by number').fetchall()


def test_one_is_said_to_be_right_and_stays_open(sorted_page, database):
    before = len(labels(database))
    select(sorted_page, 0)
    sorted_page.locator(".st-key-feedback button").first.click()
    expect(sorted_page.get_by_text("Kept as a label")).to_be_visible()
    assert len(labels(database)) == before + 1
    expect(sorted_page.get_by_text("1 selected")).to_be_visible()


@pytest.mark.parametrize(("button", "name"), [("CSV", "mailroom.csv"), (".mbox for each category", "mailroom.zip")])
def test_mail_is_taken_out(sorted_page, button, name):
    click_button(sorted_page, "Take out")
    with sorted_page.expect_download() as waiting:
        sorted_page.get_by_role("button", name=button, exact=True).click()
    assert waiting.value.suggested_filename == name
    path = waiting.value.path()
    if name.endswith(".csv"):
        assert len(list(csv.DictReader(path.open(encoding="utf-8-sig")))) == 3
    else:
        assert all(one.endswith(".mbox") for one in zipfile.ZipFile(path).namelist())


def test_what_was_dropped_is_there_after_a_reload_and_not_for_others(sorted_page, visit):
    sorted_page.reload()
    expect(sorted_page.get_by_text("Read 3 + could not read 1 = 4")).to_be_visible()
    expect(visit("/inbox").get_by_text("Monday morning, sorted.")).to_be_visible()


def test_it_can_be_stopped_and_what_is_done_is_kept(visit):
    page = visit("/inbox")
    rows = b"text\n" + b"Where is my parcel? The tracking has not moved for a whole week now.\n" * 120_000
    drop(page, ("big.csv", rows))
    click_button(page, "Sort them")
    expect(page.get_by_text("a second")).to_be_visible()
    page.get_by_role("button", name="Stop, and keep what is done").click()
    expect(page.get_by_text("Stopped: what was done until then is kept.")).to_be_visible()
    read = page.locator(".mr-figures b").first.inner_text()
    assert 0 < int(read.replace(",", "")) < 120_000
    expect(page.get_by_text("all that was reached")).to_be_visible()
    assert troubles(page) == []


def test_a_phone_in_the_dark_scrolls_down_only(visit):
    page = visit("/inbox", width=390, height=900, color_scheme="dark")
    drop(page, ("desk.csv", as_csv(TABLE)))
    sort(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert troubles(page) == []


def test_too_much_at_once_is_a_sentence(browser, model_dir, tmp_path):
    environment = {"DATABASE_URL": f"sqlite:///{tmp_path}/db", "MAILROOM_UPLOAD_MB": "1"}
    with serve(PAGES, MAILROOM_MODEL_DIR=str(model_dir), **environment) as address:
        page = browser.new_page()
        page.goto(f"{address}/inbox")
        page.wait_for_selector("[data-testid=stFileUploader]")
        files = [
            {"name": f"{i}.eml", "mimeType": "text/plain", "buffer": b"Subject: x\n\n" + b"y" * 700_000}
            for i in range(2)
        ]
        page.set_input_files("[data-testid=stFileUploader] input[type=file]", files)
        expect(page.get_by_text("more than 1 at once: drop fewer files")).to_be_visible()
        page.close()
