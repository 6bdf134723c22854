"""Two that start at once on an empty disk, too little memory, a training that dies, and a clock that jumps."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta

import httpx
import pytest

from data.clock import now
from data.mail import as_items
from data.model_records import PROMOTED, RESTORED, SHIPPED, TRAINING_RUNNING, Promotion, StoredModel, Training
from data.provenance import FORM
from data.schema import Email, Label, Received
from data.store import Store
from model.classify.keyword_rules import KeywordRules
from model.confidence.limits import Limits, limits_in_force, set_threshold
from model.labelling.feedback import keep_label as learned
from model.priority.calendar import response_due
from model.serving.manifest import read_manifest, read_verified
from model.serving.retrain import KILLED_REASON
from model.training import job
from model.triage import triage
from pages.ui.learn.training_status import why_no_candidate
from tests.conftest import NOON
from tests.support.faults import PARCEL, small_project, within
from tests.support.memory_cage import caged
from tests.support.server import PAGES, PATIENCE, ROOT, eventually, serve

LEARN = """
import sys
from pathlib import Path
from data import corpus, taxonomy
from data.settings import Settings
from data.store import Store
from model.training import job
settings = Settings(model_dir=Path(sys.argv[2]))
job.run_training("t1", Store(sys.argv[1]), settings, taxonomy.read_taxonomy(), corpus.read_corpus()[::20])
"""
HOUR, YEAR = timedelta(hours=1), timedelta(days=365)


def ask(address):
    made = httpx.post(f"{address}/api/v1/predict", json=PARCEL, timeout=PATIENCE)
    assert made.status_code == 200, made.text
    return made.json()


def settled(address):
    """Who answers, once that is known."""
    return eventually(lambda: (made := ask(address))["decided_by"] != "keyword rules" and made, pause=0.5)


def test_two_that_start_at_once_on_an_empty_disk_both_answer_and_lose_nothing(tmp_path, monkeypatch):
    """The app as anybody starts it, twice, on one folder with nothing in data/var: no database and no model."""
    project = small_project(tmp_path / "project")
    var = project / "data" / "var"
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with ExitStack() as stack, ThreadPoolExecutor() as at_once:
        begun = [at_once.submit(stack.enter_context, serve(within(project, PAGES))) for _ in range(2)]
        addresses = [one.result() for one in begun]
        early = list(at_once.map(ask, addresses * 3))
        late = list(at_once.map(settled, addresses))
    store = Store(f"sqlite:///{var}/mailroom.db")
    assert all(store.get(made["id"]) for made in early + late)
    manifest = read_manifest(var / "model")
    assert {made["model"]["version"] for made in late} == {manifest.version}
    for file in (manifest.table, manifest.evidence):
        read_verified(var / "model", file)
    assert not list((var / "model").glob("*.tmp"))


def training(id, at):
    return Training(id, "ana", at, TRAINING_RUNNING, "Starting", 0.0, at)


def candidate(version, at):
    return StoredModel(version, at, "ana", "{}", "{}", {"table": b"x"})


def test_where_memory_runs_out_the_training_ends_and_what_serves_goes_on(tmp_path):
    at = {"DATABASE_URL": f"sqlite:///{tmp_path}/x.db", "MAILROOM_MODEL_DIR": str(tmp_path / "model")}
    with caged(250) as cage:
        if cage is None:
            pytest.skip("no memory cgroup can be made here")
        with serve(PAGES, cage.enter, **at) as address:

            def told():
                assert not list(tmp_path.glob("model/*.json")), "it was trained after all"
                answer = httpx.get(f"{address}/api/v1/model", timeout=PATIENCE, verify=False).json()
                return "killed" in answer["note"] and answer

            said = eventually(told)
            decided = httpx.post(f"{address}/api/v1/predict", json={"body": "Where is my parcel?"}, timeout=PATIENCE)
        assert cage.counts()[0] == 1
    assert (said["version"], decided.status_code) == ("rules", 200)
    assert said["note"] == f"Training failed: {KILLED_REASON}"


def test_a_training_that_is_killed_leaves_nothing_is_told_and_can_be_begun_again(store, model_dir):
    texts = ("Where is my parcel?", "It has not come.", "My card was charged twice.", "Please send the invoice again.")
    store.receive([Received(f"m{i}", NOON, "import", Email(body=text)) for i, text in enumerate(texts)])
    said = ("delivery", "delivery", "billing", "billing")
    store.labels.add([Label(id=f"l{i}", email_id=f"m{i}", by="ana", at=NOON, category=c) for i, c in enumerate(said)])
    at = now()
    assert store.models.start_training(training("t1", at), since=at - job.TRAINING_DEAD_AFTER)
    url = store.database.engine.url.render_as_string(hide_password=False)
    with subprocess.Popen([sys.executable, "-c", LEARN, url, str(model_dir)], cwd=ROOT) as process:

        def learns():
            assert process.poll() is None
            return store.models.training().stage == "Learning"

        eventually(learns)
        process.kill()
    dead = store.models.training()
    later = dead.beat_at + job.TRAINING_DEAD_AFTER
    assert not job.training_alive(dead, clock=lambda: later)
    assert why_no_candidate(dead) == (
        "The last training stopped without a word, perhaps with the server, perhaps for want of memory (it takes some "
        "300 MB). Nothing has changed: train again."
    )
    assert store.models.all() == [] and store.models.in_force() == SHIPPED
    assert store.models.start_training(
        training("t2", later), since=later - job.TRAINING_DEAD_AFTER + timedelta(seconds=1)
    )


@pytest.mark.parametrize("jump", [-YEAR, -HOUR, HOUR, YEAR], ids=str)
def test_when_the_clock_jumps_every_decision_and_label_is_kept_and_the_last_word_holds(url, taxonomy, jump):
    store, rules = Store(url), KeywordRules(taxonomy)
    made = [
        triage(as_items([Email(**PARCEL)]), rules, store, FORM, clock=lambda at=at: at)[0].triaged
        for at in (NOON, NOON + jump)
    ]
    assert [store.get(one.id) for one in made] == made
    for one in made:
        target = response_due(taxonomy.category(one.prediction.category), one.prediction.priority, one.at, taxonomy)
        assert one.respond_by == target > one.at, "by the clock of its own time"
    for category, at in (("billing", NOON), ("delivery", NOON + jump)):
        learned(made[0].id, category, "ana", store, taxonomy, clock=lambda at=at: at)
        set_threshold(0.5 if category == "billing" else 0.9, "ana", store, clock=lambda at=at: at)
    assert [one.category for one in store.labels.current_labels()] == ["delivery"]
    assert limits_in_force(store, Limits()).decide_above == 0.9


@pytest.mark.parametrize("jump", [-YEAR, -HOUR, HOUR, YEAR], ids=str)
def test_when_the_clock_jumps_the_new_candidate_and_the_last_promotion_are_the_ones_that_count(url, jump):
    models = Store(url).models
    for version, at in (("old", NOON), ("new", NOON + jump)):
        models.add(candidate(version, at))
        models.decide(Promotion(version, PROMOTED, "ana", at))
    assert models.latest().version == models.in_force() == "new"
    models.decide(Promotion("old", RESTORED, "ana", NOON))
    assert models.in_force() == "old"


@pytest.mark.parametrize("jump", [-YEAR, -HOUR, HOUR, YEAR], ids=str)
def test_when_the_clock_jumps_a_dead_training_holds_nobody_up_and_the_new_one_is_shown(url, jump):
    models, at = Store(url).models, NOON + jump
    assert models.start_training(training("old", NOON), since=NOON - job.TRAINING_DEAD_AFTER)
    assert not job.training_alive(models.training(), clock=lambda: at)
    assert models.start_training(training("new", at), since=at - job.TRAINING_DEAD_AFTER)
    assert models.training().id == "new"
    assert job.training_alive(models.training(), clock=lambda: at)
    assert models.update_training("old", beat_at=at), "should the old one be alive after all, it ends as it would have"
