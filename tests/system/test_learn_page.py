"""The Learn page in a real browser: train, close the tab, come back, read the report, promote, go back."""

import json
import subprocess
import sys

import pytest

from tests.support.browser import click_button
from tests.support.faults import small_project, within
from tests.support.mails import label_some
from tests.support.server import PAGES, eventually, serve
from tests.support.sign_in import PASSWORD, client


@pytest.fixture(scope="module")
def guarded(database, tmp_path_factory):
    """The app where a password is set, with a part of its corpus, so that it trains in seconds."""
    project = small_project(tmp_path_factory.mktemp("small") / "project")
    model_dir = project / "data" / "var" / "model"
    subprocess.run(within(project, [sys.executable, "-m", "model.training", "--out", str(model_dir)]), check=True)
    environment = {"DATABASE_URL": f"sqlite:///{database}", "MAILROOM_MODEL_DIR": str(model_dir)}
    with serve(within(project, PAGES), MAILROOM_PASSWORD=PASSWORD, **environment) as address:
        yield address


def in_use(known):
    return known.get("/api/v1/model").json()["version"]


def test_a_candidate_is_trained_judged_promoted_and_taken_back(enter, guarded, database):
    store = label_some(database)
    known = client(guarded)
    before = in_use(known)
    page = enter("/learn")
    click_button(page, "Train a candidate")
    page.wait_for_selector("text=You may close this page")
    page.close()
    assert known.post("/api/v1/predict", json={"body": "Where is my parcel?"}).status_code == 200

    page = enter("/learn")
    page.wait_for_selector("text=The candidate")
    assert "points" in page.locator(".mr-says").inner_text() or "too thin" in page.locator(".mr-says").inner_text()
    assert "Our corpus" in page.locator(".mr-scores").first.inner_text()
    assert in_use(known) == before, "nothing is promoted by itself"
    report = json.loads(store.models.all()[0].report)
    page.wait_for_function(
        "count => document.querySelectorAll('.mr-change').length === count", arg=len(report["changes"])
    )

    click_button(page, "Promote")
    page.wait_for_selector("text=promoted by Ana *Bold*")
    candidate = store.models.all()[0].version
    eventually(lambda: in_use(known) == candidate)  # without a restart

    click_button(page, "Use this one")
    page.wait_for_selector("text=restored by Ana *Bold*")
    eventually(lambda: in_use(known) == before)
    assert [one for one in page.troubles if "404" not in one] == []


def test_a_training_can_be_cancelled(enter, guarded, database):
    label_some(database)
    page = enter("/learn?by=ben")
    click_button(page, "Train a candidate")
    page.get_by_role("button", name="Cancel").click()
    page.wait_for_selector("text=The last training was cancelled. Nothing has changed.")


def test_labels_go_out_and_come_in_and_bad_rows_are_named(enter, database, tmp_path):
    label_some(database)
    page = enter("/learn")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    text = download.value.path().read_text("utf-8-sig")
    assert text.startswith("label_id,email_id,subject,body")
    rows = tmp_path / "more.csv"
    rows.write_text("body,category\nWhere is my green sofa?,delivery\nNo idea <b>*x*</b>,nonsense\n")
    page.locator("input[type=file]").set_input_files(rows)
    click_button(page, "Take them")
    page.wait_for_selector("text=1 new labels, 0 known already, 1 bad rows.")
    page.wait_for_selector("text=Line 3: category: “nonsense” is no category")
