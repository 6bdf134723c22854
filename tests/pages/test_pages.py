"""Every page without a browser: each as the very first request, and every bad input that people type or paste."""

import io
import time
import tomllib
from dataclasses import replace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from data import corpus
from data.access import LABELLER, principal
from data.intake.files import IntakeOptions
from data.mail import BATCH_RUNNING
from data.provenance import FORM
from data.schema import StoreUnavailable
from data.settings import ROOT
from data.store import Store
from model.inbox.upload import start_batch
from pages.ui import current_user, resources
from tests.support.mails import email_alone

PAGES = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "pages").glob("*.py"))
EXAMPLES = tomllib.loads(corpus.CORPUS_FOLDER.with_name("examples.toml").read_text("utf-8"))["example"]


@pytest.fixture(autouse=True)
def environment(model_dir, tmp_path, monkeypatch):
    """A fresh server: a store of its own, nothing cached."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/pages.db")
    monkeypatch.setenv("MAILROOM_MODEL_DIR", str(model_dir))
    st.cache_resource.clear()


@pytest.fixture
def triage():
    return open_page("pages/triage.py")


def open_page(path):
    return calm(AppTest.from_file(str(ROOT / path), default_timeout=60).run())


def calm(page):
    assert not page.exception, page.exception
    return page


def send(page, subject="", body="", sender="", customers=""):
    page.text_input(key="subject").set_value(subject)
    page.text_area(key="body").set_value(body)
    page.text_input(key="sender").set_value(sender)
    page.text_input(key="customers_affected").set_value(customers)
    [button] = [button for button in page.button if button.label == "Sort it"]
    return calm(button.click().run())


def html(page):
    return " ".join(element.proto.body for element in page.get("html"))


def kept():
    import sqlite3

    path = resources.settings().database_url.removeprefix("sqlite:///")
    return sqlite3.connect(path).execute("select count(*) from triaged").fetchone()[0]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_can_be_the_very_first_request(path):
    page = open_page(path)
    assert page.title[0].value
    assert "Mailroom" in html(page)


def test_the_entry_opens_the_home_page():
    assert "Which team gets this email" in open_page("streamlit_app.py").title[0].value


def test_before_the_first_email_the_page_says_what_will_be_there(triage):
    assert "The decision will be here" in html(triage)
    assert not triage.get("plotly_chart")


def test_an_email_gets_its_sentence_charts_reasons_and_priority(triage):
    send(triage, "Charged twice", "My card was charged twice for the March invoice, please check.", customers="3")
    shown = html(triage)
    assert "Goes to <b>Billing</b>. P" in shown
    assert "answer by <time" in shown
    assert "% sure." in shown
    assert "<mark" in shown
    assert "aria-current" in shown
    assert len(triage.get("plotly_chart")) == 5
    assert [one.value for one in triage.header] == ["Why", "How usual is this mail?", "Priority"]


@pytest.mark.parametrize("example", EXAMPLES, ids=[example["name"] for example in EXAMPLES])
def test_an_example_fills_the_form_and_is_sorted_in_one_click(triage, example):
    [button] = [button for button in triage.button if button.label == example["name"]]
    calm(button.click().run())
    assert triage.text_area(key="body").value == example["body"]
    assert 'class="mr-answer' in html(triage)


def test_there_are_eight_examples_one_refused_and_one_hostile(triage):
    assert len(EXAMPLES) == 8
    decided = {}
    for button in [button.label for button in triage.button if button.label != "Sort it"]:
        calm(next(one for one in triage.button if one.label == button).click().run())
        decided[button] = "Goes to" in html(triage)
    assert any("<script>" in example["subject"] for example in EXAMPLES)
    assert decided["Nothing we know"] is False
    assert decided["Charged twice"] is True


BAD = {
    "only null bytes": ({"subject": "\x00", "body": "\x00\x00"}, "The email has no text"),
    "empty": ({}, "The email has no text"),
    "blanks": ({"subject": "  ", "body": " \n\t "}, "The email has no text"),
    "many customers": ({"body": "x y z", "customers": "many"}, "“many” is not a whole number"),
    "half a customer": ({"body": "x y z", "customers": "1.5"}, "“1.5” is not a whole number"),
    "minus one": ({"body": "x y z", "customers": "-1"}, "-1 is out of range"),
    "no address": ({"body": "x y z", "sender": "ana at home"}, "“ana at home” is not an email address"),
    "too long": ({"body": "x" * 250_001}, "250,001 characters are more than"),
    "long subject": ({"subject": "x" * 1_001, "body": "x"}, "1,001 characters are more than"),
    "markup in a count": ({"body": "x", "customers": "<script>"}, "“&lt;script&gt;” is not a whole number"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_mistake_is_said_beside_the_field_and_what_was_typed_stays(triage, name):
    typed, says = BAD[name]
    send(triage, **typed)
    assert says in html(triage)
    assert triage.text_area(key="body").value == typed.get("body", "")
    assert triage.text_input(key="customers_affected").value == typed.get("customers", "")
    assert "Goes to" not in html(triage)


HOSTILE = {
    "emoji": "😀🎉🙈",
    "one long line": "a" * 200_000,
    "long words": "please refund " * 14_000,
    "null bytes": "where\x00is\x00my parcel",
    "right to left": "\u202egnp.exe\u202c \u200f שלום עולם",
    "script": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "formula": '=HYPERLINK("http://example.com","click")',
    "markdown": "# big **bold** [x](javascript:alert(1)) $x^2$ :red[x] <b>",
    "template": "{{7*7}} ${7*7} %s %(x)s {0}",
    "combining": "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘ " * 50,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_typed_can_crash_the_page_and_mail_is_shown_as_text(triage, name):
    send(triage, subject=HOSTILE[name][:900], body=HOSTILE[name])
    shown = html(triage)
    assert 'class="mr-answer' in shown
    for markup in ("<script", "<img", "onerror=alert(1)>", "\u202e"):
        assert markup not in shown


def test_a_rerun_never_writes_twice(triage):
    send(triage, body="Where is my parcel? It should have come on Monday.")
    before = kept()
    calm(triage.run())
    calm(triage.run())
    assert kept() == before == 1


def test_was_this_right_is_kept_as_a_label_once(triage):
    send(triage, body="Where is my parcel? It should have come on Monday.")
    [yes] = [button for button in triage.button if button.label.startswith("Right")]
    calm(yes.click().run())
    assert "Kept as a label: it belongs to Delivery" in " ".join(one.value for one in triage.caption)
    calm(triage.selectbox[0].select("refund").run())
    calm(triage.run())
    labels = resources.store().labels.history(triage.session_state.shown)
    assert [label.category for label in labels] == ["delivery", "refund"]
    assert {label.by for label in labels} == {"visitor"}


def test_a_queue_is_drawn_after_an_example_on_the_triage_page(triage):
    [button] = [button for button in triage.button if button.label == "Charged twice"]
    calm(button.click().run())
    mail = ("a.eml", io.BytesIO(b"From: ana@example.com\nSubject: Parcel\n\nWhere is my parcel?\n"))
    batch = start_batch([mail], IntakeOptions(), resources.classifier(), resources.store)
    while resources.store().inbox.batch(batch.id).state == BATCH_RUNNING:
        time.sleep(0.02)
    inbox = AppTest.from_file(str(ROOT / "pages/inbox.py"), default_timeout=60)
    for key in ("shown", "form_was_filled", "tour"):
        inbox.session_state[key] = triage.session_state[key]
    inbox.query_params["batch"] = batch.id
    assert len(calm(inbox.run()).dataframe) == 1


def test_two_people_who_signed_in_each_keep_their_own_correction(triage, monkeypatch):
    send(triage, body="Where is my parcel? It should have come on Monday.")
    for name, category in (("Ana", "refund"), ("Bo", "billing")):
        monkeypatch.setattr(current_user, "current_principal", lambda name=name: principal(name, LABELLER))
        calm(triage.selectbox[0].select(category).run())
    labels = resources.store().labels.history(triage.session_state.shown)
    assert {label.by: label.category for label in labels} == {"Ana": "refund", "Bo": "billing"}
    assert len(resources.store().labels.current_labels()) == 2, "neither replaced the other"


def test_when_the_store_is_away_a_sentence_says_so_and_the_form_is_kept(triage, monkeypatch):
    def away(*_):
        raise StoreUnavailable("The store could not be written to (disk full).")

    monkeypatch.setattr(Store, "keep", away)
    send(triage, body="Where is my parcel?")
    assert "The store could not be written to (disk full). What you typed is still in the form" in triage.error[0].value
    assert triage.text_area(key="body").value == "Where is my parcel?"


def test_without_a_model_rules_answer_and_the_page_is_whole(tmp_path, monkeypatch):
    from model.serving import fallback
    from model.serving.manifest import ModelUnfit

    def fails(_):
        raise ModelUnfit("Training failed: no disk.")

    monkeypatch.setenv("MAILROOM_MODEL_DIR", str(tmp_path / "none"))
    monkeypatch.setattr(fallback.FallbackClassifier.__init__, "__defaults__", (fails, None))
    page = send(open_page("pages/triage.py"), body="Where is my parcel? The delivery tracking has not moved.")
    assert "Read by keyword rules" in html(page)
    assert "Goes to <b>Delivery</b>" in html(page)


def test_settings_that_cannot_be_are_said_on_every_page(monkeypatch):
    monkeypatch.setenv("MAILROOM_DECIDE_ABOVE", "bold")
    for path in PAGES:
        page = open_page(path)
        assert "MAILROOM_DECIDE_ABOVE='bold': Input should be a valid number" in page.error[0].value


def test_a_label_of_somebody_elses_category_is_kept(triage, monkeypatch):
    made = {"parcels": 0.9, "money": 0.1}
    send(triage, body="Where is my parcel? It should have come on Monday.")
    one = resources.store().get(triage.session_state.shown)
    theirs = replace(
        one,
        id="theirs",
        prediction=replace(one.prediction, scores=made, shortlist=("parcels",), model_version="theirs"),
    )
    resources.store().keep([email_alone(theirs)], FORM)
    triage.session_state.shown = "theirs"
    calm(triage.run())
    [yes] = [button for button in triage.button if button.label == "Right: Parcels"]
    calm(yes.click().run())
    assert resources.store().labels.history("theirs")[0].category == "parcels"
