"""Model files that are missing, cut short, tampered with or of another scikit-learn, and whoever dies while saving."""

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from data import corpus
from data.model_records import PROMOTED, TRAINING_FAILED, TRAINING_RUNNING, Promotion, StoredModel, Training
from data.schema import Email
from data.settings import Settings
from data.store import Store
from model.confidence.calibration import TemperatureScaling
from model.confidence.limits import Limits
from model.serving import artifact
from model.serving.atomic_write import NotSaved
from model.serving.fallback import FallbackClassifier
from model.serving.manifest import CORPUS_SOURCE, MANIFEST, ModelUnfit, read_manifest
from model.training import job
from model.training.__main__ import main
from model.training.train import training_report
from tests.conftest import NOON
from tests.support.browser import click_button
from tests.support.faults import PARCEL, die_at_file, die_at_statement, dies, disk, small_project, within
from tests.support.server import API, PAGES, PATIENCE, ROOT, eventually, serve

FILES = 3
"""Of a saved model: what decides, its evidence, and the manifest."""

NEW = "2026-11-24-promoted"
UNSAVED = "The model cannot be saved (No space left on device): make room, or allow writing, and try again."
TECHNICAL = ("Traceback", "Errno", "Error", "sha256", ".npz", "sqlite", "/tmp", str(ROOT))


@pytest.fixture
def folder(model_dir, tmp_path):
    """A copy of the trained model, without the one before it."""
    manifest = read_manifest(model_dir)
    to = tmp_path / "model"
    to.mkdir()
    for name in (MANIFEST, manifest.table.name, manifest.evidence.name):
        shutil.copy(model_dir / name, to)
    return to


@pytest.fixture
def kept(model_dir):
    """The trained model as people's candidates are kept, with a version of its own."""
    manifest = read_manifest(model_dir)
    files = {one.name: (model_dir / one.name).read_bytes() for one in (manifest.table, manifest.evidence)}
    text = manifest.model_copy(update={"version": NEW}).model_dump_json()
    return StoredModel(NEW, NOON, "ana", text, "{}", files)


def table(folder):
    return folder / read_manifest(folder).table.name


def cut_short(folder):
    with table(folder).open("r+b") as file:
        file.truncate(file.seek(0, os.SEEK_END) // 2)


def flip_a_bit(folder):
    raw = bytearray(table(folder).read_bytes())
    raw[len(raw) // 2] ^= 1
    table(folder).write_bytes(raw)


def cut_the_manifest_short(folder):
    (folder / MANIFEST).write_bytes((folder / MANIFEST).read_bytes()[:500])


def come_from_another_scikit_learn(folder):
    told = json.loads((folder / MANIFEST).read_text()) | {"scikit_learn": "0.24.2"}
    (folder / MANIFEST).write_text(json.dumps(told))


HARMS = [lambda folder: table(folder).unlink(), cut_short, flip_a_bit, cut_the_manifest_short]


def served(address):
    """Who decides, once that is settled, and what is said of it."""
    with httpx.Client(timeout=PATIENCE, verify=False) as client:

        def decided():
            answer = client.get(f"{address}/api/v1/ready")
            return answer.status_code == 200 and answer.json()

        return eventually(decided)


def ask(address):
    made = httpx.post(f"{address}/api/v1/predict", json=PARCEL, timeout=PATIENCE)
    assert made.status_code == 200, made.text
    return made.json()


@pytest.mark.parametrize("harm", HARMS, ids=["missing", "cut short", "tampered with", "manifest cut short"])
def test_a_model_that_cannot_be_trusted_is_not_used_and_visitors_read_why_in_plain_words(folder, taxonomy, harm):
    harm(folder)

    def no_room(_):
        raise ModelUnfit(f"Training failed: {UNSAVED}")

    standby = FallbackClassifier(Settings(model_dir=folder), taxonomy, train=no_room)
    [made] = standby.predict([Email(**PARCEL)])
    assert made.decided_by == "keyword rules"
    assert standby.why == f"Training failed: {UNSAVED}"


def test_a_model_of_another_scikit_learn_decides_the_same_since_nothing_of_it_is_unpickled(folder, tmp_path, taxonomy):
    before = FallbackClassifier(Settings(model_dir=folder), taxonomy).predict([Email(**PARCEL)])
    come_from_another_scikit_learn(folder)
    with serve(API, DATABASE_URL=f"sqlite:///{tmp_path}/x.db", MAILROOM_MODEL_DIR=str(folder)) as address:
        made = ask(address)
        assert served(address)["note"] == ""
    assert (made["category"], made["confidence"]) == (before[0].category, pytest.approx(before[0].confidence))
    assert made["decided_by"] == "the trained model"


def test_where_no_model_can_be_saved_a_visitor_reads_why_and_rules_answer(browser, tmp_path):
    """A damaged model, and a disk on which no new one finds room: the real training, in a real browser."""
    with disk(tmp_path / "disk", 1) as small:
        model_dir = small.folder / "model"
        model_dir.mkdir()
        (model_dir / MANIFEST).write_text("{")
        small.fill()
        project = small_project(tmp_path / "project")
        knobs = {"DATABASE_URL": f"sqlite:///{tmp_path}/x.db", "MAILROOM_MODEL_DIR": str(model_dir)}
        with serve(within(project, PAGES), **knobs) as address:
            assert served(address)["note"] == f"Training failed: {UNSAVED}"
            page = browser.new_page()
            page.goto(address)
            page.wait_for_selector(f"text=Keyword rules answer. Training failed: {UNSAVED}")
            click_button(page, "Charged twice")
            page.wait_for_selector("text=Read by keyword rules")
            shown = page.inner_text("body")
            page.close()
        assert not [word for word in TECHNICAL if word in shown]
        assert [path.name for path in model_dir.iterdir()] == [MANIFEST], "nothing half is left to take up room"


def test_a_promoted_model_that_finds_no_room_is_taken_over_as_soon_as_there_is(folder, kept, store, taxonomy, tmp_path):
    store.models.add(kept)
    store.models.decide(Promotion(NEW, PROMOTED, "ana", NOON))
    with disk(tmp_path / "disk", 40) as small:
        shutil.move(folder, small.folder / "model")
        small.fill()
        settings = Settings(model_dir=small.folder / "model")
        one = FallbackClassifier(settings, taxonomy, store=lambda: store)
        one.follow_promotion()
        assert one.why == f"The promoted model cannot be used, so the one before stays. {UNSAVED}"
        assert not list(small.folder.rglob("*.tmp"))
        small.make_room()
        one.follow_promotion()
        assert (one.version, one.why) == (NEW, "")
        small.fill()
        again = FallbackClassifier(settings, taxonomy, store=lambda: store)
        again.follow_promotion()
        assert again.version == NEW, "what lies there already needs no room"


@pytest.fixture(scope="module")
def report(tiny):
    return training_report(tiny, Limits())


def save(fitted, folder, report, day=0):
    at = NOON + timedelta(days=day)
    return artifact.save_model(
        fitted.classifier,
        fitted.held_out(fitted.by_industry),
        folder,
        source=CORPUS_SOURCE,
        data_sha256=corpus.corpus_sha256(),
        report=report,
        now=at,
    )


@pytest.mark.parametrize("file", range(1, FILES + 1))
def test_who_dies_while_saving_leaves_the_model_before_as_it_was(tiny, taxonomy, tmp_path, report, file):
    before = save(tiny, tmp_path, report)
    other = replace(tiny, classifier=replace(tiny.classifier, calibration=TemperatureScaling(3.0)))

    def work():
        die_at_file(file)
        save(other, tmp_path, report, day=1)

    dies(work)
    loaded, manifest = artifact.load_model(tmp_path, taxonomy)
    assert (manifest.version, loaded.calibration) == (before.version, tiny.classifier.calibration)
    assert artifact.load_evidence(tmp_path, taxonomy)
    [left] = tmp_path.glob("*.tmp")
    os.utime(left, times=(left.stat().st_mtime - 7200,) * 2)
    after = save(other, tmp_path, report, day=1)
    assert artifact.load_model(tmp_path, taxonomy)[1].version == after.version
    assert not list(tmp_path.glob("*.tmp")), "what the dead had begun is gone"


def test_a_disk_that_fills_up_while_a_model_is_saved_leaves_the_one_before(tiny, taxonomy, tmp_path, report):
    with disk(tmp_path / "disk", 2) as small:
        before = save(tiny, small.folder, report)
        small.fill(but=8192)
        other = replace(tiny, classifier=replace(tiny.classifier, calibration=TemperatureScaling(3.0)))
        with pytest.raises(NotSaved, match=r"No space left on device\): make room"):
            save(other, small.folder, report, day=1)
        assert artifact.load_model(small.folder, taxonomy)[1] == before
        assert not list(small.folder.glob("*.tmp")), "nothing half is left to take up room"


def test_a_training_whose_model_could_not_be_saved_is_not_begun(tmp_path, capsys):
    with disk(tmp_path / "disk", 1) as small:
        small.fill()
        assert main(["--out", str(small.folder / "model")]) == 2
    out, err = capsys.readouterr()
    assert (out, err) == ("", f"Not trained: {UNSAVED}\n")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(28, "No space left on device", "/tmp/x.tmp"), "No space left on device"),
        (NotSaved(UNSAVED), UNSAVED),
        (MemoryError(), "There is too little memory here: train where there is more."),
    ],
    ids=["disk", "folder", "memory"],
)
def test_why_a_training_failed_is_told_without_a_path_of_this_machine(store, taxonomy, monkeypatch, error, says):
    def fails(*_):
        raise error

    monkeypatch.setattr(job, "train_candidate", fails)
    store.models.start_training(Training("t1", "ana", NOON, TRAINING_RUNNING, "Starting", 0.0, NOON), since=NOON)
    job.run_training("t1", store, Settings(), taxonomy, [])
    assert (store.models.training().state, store.models.training().said) == (TRAINING_FAILED, says)


def test_a_training_that_is_killed_leaves_the_model_before_as_it_was(tiny, taxonomy, tmp_path, report):
    before = save(tiny, tmp_path / "model", report)
    rows = [f"Where is my parcel number {i}?,delivery\nPlease cancel plan {i}.,cancellation" for i in range(300)]
    (tmp_path / "mail.csv").write_text("\n".join(["text,category", *rows]))
    command = [sys.executable, "-m", "model.training", "--data", str(tmp_path / "mail.csv"), "--jobs", "1"]
    with subprocess.Popen([*command, "--out", str(tmp_path / "model")], cwd=ROOT, stdout=subprocess.PIPE) as training:
        assert training.stdout.readline().startswith(b"Training on 600 emails")
        training.send_signal(signal.SIGKILL)
    assert training.returncode == -signal.SIGKILL
    assert artifact.load_model(tmp_path / "model", taxonomy)[1] == before


@pytest.mark.parametrize("words", ["into model (", "into model_file", "commit"])
def test_a_candidate_is_kept_whole_or_not_at_all_whoever_dies(url, kept, words):
    def work():
        store = Store(url)
        die_at_statement(store.database.engine, words)
        store.models.add(kept)

    dies(work)
    store = Store(url)
    assert store.models.all() == []
    store.models.add(kept)
    assert store.models.get(NEW).files == kept.files


@pytest.mark.parametrize("file", [1, 2, 3], ids=["what decides", "evidence", "manifest"])
def test_a_promotion_that_was_killed_on_its_way_to_the_disk_is_not_served_by_halves(
    folder, kept, taxonomy, tmp_path, file
):
    url = f"sqlite:///{tmp_path}/x.db"
    store = Store(url)
    store.models.add(kept)
    store.models.decide(Promotion(NEW, PROMOTED, "ana", NOON))
    settings = Settings(model_dir=folder)

    def work():
        die_at_file(file)
        FallbackClassifier(settings, taxonomy, store=lambda: Store(url)).prepare()

    dies(work)
    half = tmp_path / "promoted" / NEW
    assert len([path for path in half.iterdir() if path.suffix != ".tmp"]) == file - 1
    assert not (half / MANIFEST).exists(), "it comes last"
    with pytest.raises(ModelUnfit):
        artifact.load_model(half, taxonomy)
    one = FallbackClassifier(settings, taxonomy, store=lambda: store)
    assert one.predict([Email(**PARCEL)])[0].model_version == NEW


def test_a_promotion_that_was_acknowledged_is_served_by_whoever_starts_after_a_kill(folder, kept, tmp_path):
    url = f"sqlite:///{tmp_path}/x.db"
    store = Store(url)
    store.models.add(kept)
    with serve(API, DATABASE_URL=url, MAILROOM_MODEL_DIR=str(folder)) as address:
        shipped = ask(address)["model"]["version"]
        store.models.decide(Promotion(NEW, PROMOTED, "ana", NOON))
        address.process.send_signal(signal.SIGKILL)
    assert shipped != NEW
    with serve(API, DATABASE_URL=url, MAILROOM_MODEL_DIR=str(folder)) as address:
        assert ask(address)["model"]["version"] == NEW
