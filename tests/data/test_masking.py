"""Addresses and numbers of people are hidden where somebody asks for it; what is none of these stays."""

import csv
import io
import json
import sys
import zipfile
from dataclasses import replace
from time import process_time

import pytest
from playwright.sync_api import expect

from data import masking
from data.corpus import read_corpus
from data.labels.__main__ import main as labels_main
from data.labels.exchange import export_labels, import_labels
from data.mail import Batch, IntakeItem, Mail
from data.masking import mask_text
from data.schema import BODY_LIMIT, Email, Label
from data.settings import Settings
from model.classify.keyword_rules import KeywordRules
from model.inbox import bulk_actions
from tests.conftest import NOON
from tests.support.browser import READ_MS, click_button, still
from tests.support.mails import batch_part, decided
from tests.support.server import PAGES, serve

SECRETS = ("ana@example.com", "7946 0958", "4111 1111", "3704 0044")
TEXT = "I am ana@example.com, +44 20 7946 0958. Order 4417-2290-11 of 24.11.2026, 12:30, 1,234.50 EUR."
MAIL = Mail(
    email=Email(subject="Call +44 20 7946 0958", body=TEXT, sender="ana@example.com"),
    message_id="abc@mail.example.com",
    quoted="> card 4111 1111 1111 1111",
    signature="IBAN DE89 3704 0044 0532 0130 00",
    forwarded="From: ana@example.com",
    footer="+44 20 7946 0958",
    attachments=("ana@example.com.pdf",),
    given="ana@example.com",
)


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Write to ana@example.com.", "Write to [e-mail]."),
        ("<o'neil+shop@mail.example.co.uk>, x", "<[e-mail]>, x"),
        ("bounce+ana=example.com@lists.example.org", "[e-mail]"),
        ("https://example.com/?to=ana%40example.com&a=1", "https://example.com/?[e-mail]&a=1"),
        ("jürgen@müller.example", "[e-mail]"),
        ("Call +44 20 7946 0958 please", "Call [phone] please"),
        ("Mobile: 07700 900123, after 17:30", "Mobile: [phone], after 17:30"),
        ("Ring (415) 555-2671 before 5pm", "Ring [phone] before 5pm"),
        ("at 415-555-2671 or 415.555.2671", "at [phone] or [phone]"),
        ("Tel. 4155552671", "Tel. [phone]"),
        ("0049 30 123456 is mine", "[phone] is mine"),
        ("06 12 34 56 78", "[phone]"),
        ("+1 (415) 555 2671 ext. 12", "[phone]"),
        ("order 4155552671 failed, call 4155552671", "order 4155552671 failed, call [phone]"),
        ("card 4111 1111 1111 1111 exp 12/27", "card [card] exp 12/27"),
        ("4111 1111 1111 1111 123", "[card] 123"),
        ("5500-0000-0000-0004 and 378282246310005", "[card] and [card]"),
        ("3782 822463 10005", "[card]"),
        ("IBAN DE89 3704 0044 0532 0130 00 thanks", "IBAN [IBAN] thanks"),
        ("BE68 5390 0754 7034 THIS IS MINE", "[IBAN] THIS IS MINE"),
    ],
)
def test_what_is_personal_is_hidden(text, hidden):
    assert mask_text(text) == hidden


@pytest.mark.parametrize(
    "text",
    [
        "Order 4417-2290-11 of 2026-11-24",
        "order number 1234567890, my order number is 4155552671",
        "Order #100-2003004-5006007, tracking 1Z999AA10123456784",
        "invoice INV-2026-004417 for 1,234,567.89 EUR or 1.234.567,89",
        "on 24.11.2026 at 10:15:30, 24/11/2026 and 11/24/2026 10:15",
        "2026-11-24T12:00:00+00:00 and 20261124101530 and 1763979330",
        "no card, by its check digit: 4111 1111 1111 1112",
        "IMEI 356938035643809, IP 192.168.100.200, version 10.15.7.1234",
        "1200 2400 3600 each month, 12-14 seats, 2019-2024",
        "serial 9876543210, 8765432109 pieces, student record 0447719, membership 0771-224",
        "DE89 3704 0044 0532 0130 01 adds up to nothing",
        "meet @ noon, 3@4, a@b",
        "",
    ],
)
def test_order_numbers_dates_amounts_and_times_survive(text):
    assert mask_text(text) == text


def test_masking_twice_is_masking_once():
    assert mask_text(mask_text(TEXT)) == mask_text(TEXT)


def test_what_is_hidden_in_our_corpus_are_addresses_and_phone_numbers():
    changed = [mask_text(one.text) for one in read_corpus() if mask_text(one.text) != one.text]
    assert 60 < len(changed) < 70
    assert not any("[card]" in text or "[IBAN]" in text for text in changed)


@pytest.mark.parametrize(
    "piece",
    ["1", "1 ", "+1-", "(", "415-555-2671 ", "123-456-7890 ", "a@", "a.", "a", "a-", "%40", "DE89 ", "AB12 CD34 ",
     "4111 ", "0 (1) 2 (3) ", "+44 20 7946 0958\n"],
)  # fmt: skip
def test_hostile_text_takes_steps_in_proportion_to_its_length(piece):
    """Counted, not timed: what the interpreter runs for a text and for one of four times its length."""
    short, long = (steps(piece * (size // len(piece))) for size in (2_000, 8_000))
    assert long < 5 * short + 10_000


def steps(text):
    count = 0

    def counted(*_):
        nonlocal count
        count += 1

    mask_text("Call +44 20 7946 0958")
    sys.setprofile(counted)
    try:
        mask_text(text)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("piece", ["a", "a.", "a-=", "%40", "a@", "@", "a@a.", "A", "DE89", "AB12 CD34 ", "4111"])
def test_patterns_are_not_led_astray_by_hostile_text(piece):
    """Four times the length takes four times as long, not sixteen times; whatever the machine."""
    short, long = (f"@ {piece * (size // len(piece))}" for size in (BODY_LIMIT // 4, BODY_LIMIT))
    least = min(took(short) for _ in range(3))
    assert any(took(long) < 9 * max(least, 0.002) for _ in range(3))


def took(text):
    started = process_time()
    mask_text(text)
    return process_time() - started


@pytest.fixture
def full(store, taxonomy):
    """A store with that mail in a batch, and a label on it."""
    [one] = decided([IntakeItem("ana@example.com.mbox", "1", MAIL)], KeywordRules(taxonomy), lambda: NOON)
    one = replace(one, triaged=replace(one.triaged, id="m"))
    store.inbox.add_batch(Batch(id="b", name="a", at=NOON, beat_at=NOON))
    store.keep([one], batch_part("b", NOON))
    note = "she is ana@example.com"
    store.labels.add([Label(id="l", email_id="m", by="jo@example.com", at=NOON, category="billing", note=note)])
    return store


def unpacked(content, ending):
    if ending != ".zip":
        return content.decode("utf-8-sig")
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return "\n".join(file.read(name).decode() for name in file.namelist())


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".json"])
def test_labels_are_taken_out_as_they_are_or_masked(full, ending):
    plain, hidden = (unpacked(export_labels(f"x{ending}", full, mask), ending) for mask in (False, True))
    assert "ana@example.com" in plain
    assert "@" not in hidden
    assert "7946" not in hidden
    assert "Order 4417-2290-11 of 24.11.2026, 12:30, 1,234.50 EUR." in hidden
    assert NOON.isoformat() in hidden


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".zip"])
def test_mail_is_taken_out_as_it_is_or_masked(full, taxonomy, ending):
    plain, hidden = (
        unpacked(bulk_actions.export_mails("b", ["m"], ending, full, taxonomy, mask), ending) for mask in (False, True)
    )
    assert "ana@example.com" in plain
    assert [secret for secret in (*SECRETS, "jo@example.com", "abc@mail") if secret in hidden] == []
    assert "I am [e-mail], [phone]. Order 4417-2290-11 of 24.11.2026, 12:30, 1,234.50 EUR." in hidden


def test_nothing_that_came_along_with_a_mail_is_left_out(full):
    hidden = masking.mask_mail(full.inbox.get("m"))
    assert [secret for secret in (*SECRETS, "abc@mail") if secret in repr(hidden)] == []
    assert (hidden.mail.quoted, hidden.mail.signature) == ("> card [card]", "IBAN [IBAN]")
    assert full.inbox.get("m").mail == MAIL, "what is kept stays whole"


def test_masked_labels_come_back_to_the_emails_that_they_are_about(full, taxonomy, tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(export_labels(path.name, full, mask=True))
    taken = import_labels(path, full, taxonomy)
    assert (taken.known, taken.new, taken.bad) == (1, 0, [])
    assert [one.id for one in full.received(10)] == ["m"]
    assert full.email("m").email == MAIL.email


def test_the_command_line_masks_when_asked(full, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", full.database.engine.url.render_as_string())
    out = tmp_path / "out.jsonl"
    assert labels_main(["export", str(out)]) == 0
    assert json.loads(out.read_text())["sender"] == "ana@example.com"
    assert labels_main(["export", str(out), "--mask"]) == 0
    assert json.loads(out.read_text())["body"].startswith("I am [e-mail], [phone].")


def test_nothing_is_hidden_unless_the_settings_say_so():
    assert Settings().mask is False


ROWS = [["Subject", "Text", "From"], ["Call 415-555-2671", f"My card was charged twice. {TEXT}", "ana@example.com"]]


def as_csv(rows):
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    return file.getvalue().encode()


def opened(page):
    """Drop the mail, and open it."""
    file = {"name": "desk.csv", "mimeType": "text/csv", "buffer": as_csv(ROWS)}
    page.set_input_files("[data-testid=stFileUploader] input[type=file]", [file])
    click_button(page, "Sort them")
    page.wait_for_selector("[data-testid=stDataFrame] canvas")
    still(page)
    box = page.locator("[data-testid=stDataFrame]").first.bounding_box()
    page.mouse.click(box["x"] + 18, box["y"] + 35 + 17)
    expect(page.locator(".mr-mail")).to_be_visible()


def hide(page):
    page.locator("label", has_text="Hide addresses and numbers").click()


def test_the_inbox_hides_when_asked_and_the_label_page_goes_on_hiding(visit):
    page = visit("/inbox?by=ana")
    opened(page)
    expect(page.locator(".mr-mail")).to_contain_text("+44 20 7946 0958")
    expect(page.locator(".mr-facts").first).to_contain_text("ana@example.com")
    hide(page)
    expect(page.locator(".mr-mail")).to_contain_text("I am [e-mail], [phone]. Order 4417-2290-11")
    expect(page.locator("body")).not_to_contain_text("ana@example.com")
    click_button(page, "Take out")
    with page.expect_download() as taken:
        page.get_by_role("button", name="JSON Lines").click()
    assert "@" not in taken.value.path().read_text()
    page.keyboard.press("Escape")
    click_button(page, "Send to labelling")
    page.get_by_text("1 sent: they come first on the Label page.").wait_for()
    page.get_by_role("link", name="Label").click()
    page.wait_for_selector(".mail p")
    expect(page.locator("label", has_text="Hide addresses and numbers").locator("input")).to_be_checked()
    assert [one for one in page.troubles if "404" not in one] == []


def test_the_label_page_hides_when_asked_and_goes_on_with_the_next_email(visit):
    page = visit("/label?by=bea")
    page.wait_for_selector(".mail p")
    assert "@" in page.locator(".mail").inner_text(), "the first one that waits has a sender"
    hide(page)
    expect(page.locator(".mail")).not_to_contain_text("@")
    before = page.locator(".mail").inner_text()
    page.locator("h1").click()
    page.wait_for_selector(".choice:not([disabled])")
    page.wait_for_timeout(READ_MS)
    page.keyboard.press("b")
    expect(page.locator(".mail")).not_to_have_text(before)
    expect(page.locator(".mail")).not_to_contain_text("@")


def test_the_setting_is_what_the_toggle_begins_with(browser, model_dir, tmp_path):
    known = {"DATABASE_URL": f"sqlite:///{tmp_path}/a.db", "MAILROOM_MODEL_DIR": str(model_dir)}
    with serve(PAGES, MAILROOM_MASK="true", **known) as address:
        page = browser.new_page()
        page.goto(f"{address}/label?by=cy")
        page.wait_for_selector(".mail p")
        expect(page.locator(".mail")).not_to_contain_text("@")
        page.close()
