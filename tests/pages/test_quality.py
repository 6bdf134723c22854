"""The Quality page without a browser: every number is checked, and trouble ends in a sentence."""

import streamlit as st
from streamlit.testing.v1 import AppTest

from data.access import LEAD, VISITOR, principal
from model.wording import percent
from pages.ui import current_user
from tests.pages.test_pages import ROOT, calm


def open_quality():
    return calm(AppTest.from_file(str(ROOT / "pages/quality.py"), default_timeout=60).run())


def use(environment, tmp_path, model_dir):
    environment.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/quality.db")
    environment.setenv("MAILROOM_MODEL_DIR", str(model_dir))
    st.cache_resource.clear()


def test_a_number_that_is_none_is_a_sentence_under_its_field(monkeypatch, tmp_path, model_dir):
    use(monkeypatch, tmp_path, model_dir)
    page = open_quality()
    for key, typed in (("volume", "many"), ("minutes", "-1"), ("hour", ""), ("misrouted", "1e9"), ("limit", "200")):
        page.text_input(key=key).set_value(typed)
        calm(page.run())
        errors = [element.proto.body for element in page.get("html") if 'role="alert"' in element.proto.body]
        assert len(errors) == 1
        assert ("is not a number" in errors[0]) or ("is out of range" in errors[0])
        page.text_input(key=key).set_value("5")
        calm(page.run())


def test_a_store_that_is_away_is_a_sentence_and_the_scores_stay(monkeypatch, tmp_path, model_dir):
    use(monkeypatch, tmp_path, model_dir)
    monkeypatch.setenv("DATABASE_URL", "sqlite:////proc/nowhere/a.db")
    page = open_quality()
    assert "The store could not be opened" in page.error[0].value
    assert any("mistaken" in heading.value for heading in page.header)


def test_without_a_model_it_says_what_will_be_here(monkeypatch, tmp_path):
    use(monkeypatch, tmp_path, tmp_path / "nowhere")
    page = open_quality()
    assert any("How good it is will be here" in element.proto.body for element in page.get("html"))


def test_a_setting_is_kept_once_for_everybody(monkeypatch, tmp_path, model_dir):
    from data.store import Store

    use(monkeypatch, tmp_path, model_dir)
    monkeypatch.setattr(current_user, "current_principal", lambda: principal("Ana", LEAD))
    page = open_quality()
    page.select_slider(key="dial").set_value(0.9)
    calm(page.run())
    calm(page.button(key="use").click().run())
    calm(page.run())
    [kept] = Store(f"sqlite:///{tmp_path}/quality.db").thresholds()
    assert (kept.decide_above, kept.by) == (0.9, "Ana")
    monkeypatch.setattr(current_user, "current_principal", lambda: principal("", VISITOR))
    told = [one.value for one in open_quality().caption]
    assert any(one.startswith(f"Set before: {percent(0.9)} by Ana, ") for one in told), "for whoever looks"
