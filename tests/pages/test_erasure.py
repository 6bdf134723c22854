"""A lead's form for forgetting a person's mail, and pages on which forgotten mail does no harm, in real scripts."""

from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from data.schema import Email, Label, Received
from data.settings import ROOT
from data.store import Store
from tests.conftest import NOON

FORM = """
import sys
from data.store import Store
from pages.ui.access.erase_form import draw_erase_form
draw_erase_form(Store({url!r}), {by!r})
"""
ANA = "ana@example.com"


@pytest.fixture
def store(tmp_path):
    made = Store(f"sqlite:///{tmp_path}/a.db")
    made.receive([Received(id, NOON, "import", Email(body=f"quokka {id}", sender=ANA)) for id in "ab"])
    made.receive([Received("c", NOON, "import", Email(body="parcel", sender="bo@example.com"))])
    said = [(id, by, category) for id in "ab" for by, category in (("jo", "billing"), ("kim", "refund"))]
    made.labels.add(
        [Label(id=f"l{i}", email_id=id, by=by, at=NOON, category=category) for i, (id, by, category) in enumerate(said)]
    )
    return made


def form(store, by="jo"):
    url = store.database.engine.url.render_as_string()
    return AppTest.from_string(FORM.format(url=url, by=by), default_timeout=30).run()


def test_it_counts_asks_forgets_and_says_so(store):
    page = form(store)
    assert not page.button
    page.text_input[0].set_value(" Ana@Example.com ").run()
    assert page.button(key="forget").label == "Forget 2 emails for good"
    assert store.count_from(ANA) == 2, "nothing happens before somebody confirms"
    page.button(key="forget").click().run()
    assert [one.value for one in page.success] == ["2 emails of Ana&#64;Example&#46;com forgotten&#46;"]
    assert page.text_input[0].value == ""
    assert store.count_from(ANA) == 0
    assert [one.id for one in store.received(10)] == ["c"]
    assert not page.run().success, "it is said once"
    assert not page.exception


def test_what_is_no_address_gets_a_sentence_and_no_button(store):
    page = form(store)
    page.text_input[0].set_value("<b>ana").run()
    assert "“&lt;b&gt;ana” is no e-mail address" in page.get("html")[-1].proto.body
    assert not page.button


def test_nobody_forgets_without_a_name(store):
    page = form(store, by="")
    page.text_input[0].set_value(ANA).run()
    page.button(key="forget").click().run()
    assert "The log needs a name" in page.get("html")[-1].proto.body
    assert store.count_from(ANA) == 2


@pytest.mark.parametrize("path", ["pages/agree.py", "pages/learn.py", "pages/inbox.py", "pages/triage.py"])
def test_pages_draw_where_labelled_mail_was_forgotten(store, path, model_dir, monkeypatch):
    import streamlit as st

    monkeypatch.setenv("DATABASE_URL", store.database.engine.url.render_as_string())
    monkeypatch.setenv("MAILROOM_MODEL_DIR", str(model_dir))
    st.cache_resource.clear()
    store.erase_sender(ANA, NOON + timedelta(hours=1))
    page = AppTest.from_file(str(ROOT / path), default_timeout=60).run()
    st.cache_resource.clear()
    assert not page.exception
    said = str([one.proto.body for one in page.get("html")])
    if path == "pages/agree.py":
        assert "Nobody disagrees" in said
        assert "emails labelled by two or more" in said, "how far people agree stays known"
    if path == "pages/learn.py":
        assert "forgotten, so never learned from" in said
