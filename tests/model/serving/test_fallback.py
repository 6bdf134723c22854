"""Whatever fails, there is an answer, and it says where it came from."""

import shutil
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.schema import Email
from data.settings import Settings
from model.classify import encoder
from model.classify.encoder import ENCODER_SIZE
from model.classify.second_opinion import SecondOpinion
from model.confidence.calibration import TemperatureScaling
from model.confidence.limits import Limits
from model.serving import artifact, fallback
from model.serving.fallback import FallbackClassifier
from model.serving.manifest import MANIFEST, ModelUnfit
from model.training.train import training_report
from tests.conftest import NOON

PARCEL = Email(body="Where is my parcel? The tracking of the delivery has shown nothing since Monday.")


def no_training(_: Path) -> None:
    raise ModelUnfit("Training failed: no disk.")


def test_the_trained_model_answers(standby):
    [made] = standby.predict([PARCEL])
    assert (made.category, made.decided_by) == ("delivery", "the trained model")
    assert made.model_version == standby.manifest.version


def test_without_a_model_one_is_retrained_and_says_so(model_dir, taxonomy, tmp_path):
    folder = tmp_path / "model"
    standby = FallbackClassifier(Settings(model_dir=folder), taxonomy, train=lambda to: shutil.copytree(model_dir, to))
    [made] = standby.predict([PARCEL])
    assert (made.category, made.decided_by) == ("delivery", "the retrained model")


def test_a_tampered_model_is_retrained(model_dir, taxonomy, tmp_path):
    folder = shutil.copytree(model_dir, tmp_path / "model")
    for file in folder.glob("table-*.npz"):
        file.write_bytes(b"evil")

    def train(to):
        shutil.copytree(model_dir, to, dirs_exist_ok=True)

    [made] = FallbackClassifier(Settings(model_dir=folder), taxonomy, train=train).predict([PARCEL])
    assert made.decided_by == "the retrained model"


def test_where_training_fails_rules_answer_and_the_reason_is_kept(taxonomy, tmp_path):
    standby = FallbackClassifier(Settings(model_dir=tmp_path), taxonomy, train=no_training)
    [made] = standby.predict([PARCEL])
    assert (made.category, made.decided_by, made.model_version) == ("delivery", "keyword rules", "rules")
    assert standby.why == "Training failed: no disk."


def test_while_training_takes_too_long_rules_answer(model_dir, taxonomy, tmp_path):
    def slow(to):
        time.sleep(2)
        shutil.copytree(model_dir, to)

    standby = FallbackClassifier(Settings(model_dir=tmp_path / "m", wait_seconds=0.1), taxonomy, train=slow)
    assert standby.predict([PARCEL])[0].decided_by == "keyword rules"
    assert not standby.ready
    assert "being trained" in standby.why
    standby._ready.wait(20)
    assert standby.predict([PARCEL])[0].decided_by == "the retrained model"


def test_a_model_that_breaks_while_reading_is_stepped_over(standby, model_dir, taxonomy, monkeypatch):
    broken = FallbackClassifier(Settings(model_dir=model_dir), taxonomy)
    broken.prepare()
    monkeypatch.setattr(type(broken.trained), "read", lambda *_: 1 / 0)
    [made] = broken.predict([PARCEL])
    assert (made.category, made.decided_by) == ("delivery", "keyword rules")


def test_a_second_opinion_that_breaks_is_left_out(model_dir, taxonomy):
    broken = FallbackClassifier(Settings(model_dir=model_dir), taxonomy)
    broken.prepare()
    count = len(broken.trained.categories) + 1
    second = SecondOpinion(np.zeros((count, 1)), np.zeros(count), TemperatureScaling(1.0), 0.1, encode=lambda _: 1 / 0)
    broken.trained = replace(broken.trained, second_opinion=second)
    unclear = Email(body="Is it cheaper if I leave?")
    [made] = broken.predict([unclear])
    assert (made.decided_by, made.cause) == ("the trained model", "unsure")


@pytest.fixture
def with_second_opinion(tiny, tmp_path):
    """The folder of a saved model that has a second opinion."""
    second = SecondOpinion(np.zeros((3, ENCODER_SIZE)), np.zeros(3), TemperatureScaling(), 0.1)
    outputs = replace(tiny.by_industry, second_logits=np.zeros_like(tiny.by_industry.logits))
    fitted = replace(tiny, classifier=replace(tiny.classifier, second_opinion=second), by_industry=outputs)
    report = training_report(tiny, Limits())
    artifact.save_model(
        fitted.classifier,
        fitted.held_out(fitted.by_industry),
        tmp_path,
        source="theirs.csv",
        data_sha256="0",
        report=report,
        now=NOON,
    )
    return tmp_path


@pytest.mark.parametrize("same", [True, False])
def test_a_second_opinion_is_asked_only_with_the_encoder_that_it_was_fitted_on(
    with_second_opinion, taxonomy, monkeypatch, caplog, same
):
    monkeypatch.setattr(fallback, "Encoder", lambda: lambda texts: np.zeros((len(texts), ENCODER_SIZE)))
    if not same:
        monkeypatch.setattr(encoder, "WEIGHTS", (*encoder.WEIGHTS[:2], "0" * 64))
    standby = FallbackClassifier(Settings(model_dir=with_second_opinion), taxonomy, train=no_training)
    [made] = standby.predict([Email(body="hallway")])
    assert made.decided_by == ("the trained model and its second opinion" if same else "the trained model")
    assert ("was trained with another encoder. Train again." in caplog.text) is not same


def test_the_last_step_is_a_person(taxonomy, tmp_path, monkeypatch):
    standby = FallbackClassifier(Settings(model_dir=tmp_path), taxonomy, train=no_training)
    monkeypatch.setattr(type(standby._rules), "predict", lambda *_: 1 / 0)
    [made] = standby.predict([PARCEL])
    assert (made.action, made.cause, made.decided_by) == ("ask", "unread", "nobody")
    assert made.priority == "P3"


def test_rules_ask_a_person_about_a_mail_without_signs(taxonomy, tmp_path):
    standby = FallbackClassifier(Settings(model_dir=tmp_path), taxonomy, train=no_training)
    [made] = standby.predict([Email(body="hm")])
    assert made.action == "ask"


@pytest.mark.parametrize("missing", [MANIFEST, "table-*.npz"])
def test_a_missing_file_leads_to_retraining(model_dir, taxonomy, tmp_path, missing):
    folder = shutil.copytree(model_dir, tmp_path / "model")
    for path in folder.glob(missing):
        path.unlink()
    standby = FallbackClassifier(Settings(model_dir=folder), taxonomy, train=no_training)
    assert standby.predict([PARCEL])[0].decided_by == "keyword rules"


def test_what_scikit_learn_fitted_and_the_evidence_are_not_needed_to_answer(model_dir, taxonomy, tmp_path):
    ignored = shutil.ignore_patterns("scikit-learn-*", "evidence-*")
    folder = shutil.copytree(model_dir, tmp_path / "model", ignore=ignored)
    standby = FallbackClassifier(Settings(model_dir=folder), taxonomy, train=no_training)
    assert standby.predict([PARCEL])[0].decided_by == "the trained model"
