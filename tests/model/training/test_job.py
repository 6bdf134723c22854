"""From labels to a candidate, and from a promotion to what every process answers with; nothing changes by itself."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from data import corpus
from data.corpus import LABELLED_ID_PREFIX
from data.model_records import (
    SHIPPED,
    TRAINING_CANCELLED,
    TRAINING_DONE,
    TRAINING_FAILED,
    TRAINING_RUNNING,
    Promotion,
    StoredModel,
    Training,
)
from data.schema import Email, Label, Received, StoreUnavailable, Threshold
from data.settings import Settings
from data.store import Store
from model.confidence.limits import Limits
from model.labelling.consensus import LABELLED_EMAIL_WEIGHT, consensus_label, consensus_labels
from model.labelling.sampling import kept_for_testing
from model.serving import artifact
from model.serving.fallback import FallbackClassifier
from model.serving.manifest import Manifest
from model.training import job
from model.training.candidate import train_candidate, without_test_near_duplicates
from model.training.comparison_report import ComparisonReport
from model.training.train import training_report
from tests.conftest import NOON

MAIL = Email(body="My parcel has not come. Where is it?")


@pytest.fixture(scope="module")
def ours():
    """A part of the corpus that trains in seconds."""
    return corpus.read_corpus()[::40]


@pytest.fixture(scope="module")
def settings(model_dir, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "model"
    folder.symlink_to(model_dir)
    return Settings(model_dir=folder)


@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    """A store in which people labelled some eighty emails."""
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('labelled')}/x.db")
    texts = corpus.read_corpus()[3::100]
    store.receive(
        [Received(f"m{i}", NOON, "import", Email(subject=one.subject, body=one.body)) for i, one in enumerate(texts)]
    )
    store.labels.add([said(f"m{i}", one.category, number=i) for i, one in enumerate(texts)])
    return store


@pytest.fixture(scope="module")
def made(labelled, settings, taxonomy, ours):
    """The candidate, and what was told meanwhile, where a lead has set the dial."""
    told = []
    labelled.set_threshold(Threshold(0.95, "ana", NOON))
    return train_candidate(labelled, settings, taxonomy, ours, lambda *one: told.append(one)), told


def said(email_id, category, by="ana", kind="label", number=0, **more):
    at = NOON + timedelta(seconds=number)
    return Label(id=uuid4().hex, email_id=email_id, by=by, at=at, category=category, kind=kind, **more)


def training(id="t1", at=NOON):
    return Training(id, "ana", at, TRAINING_RUNNING, "Starting", 0.0, at)


def following(settings, taxonomy, store):
    one = FallbackClassifier(settings, taxonomy, store=lambda: store)
    one.prepare()
    return one


def test_people_agree_or_the_last_word_counts_or_there_is_no_answer():
    ana, ben, lead = said("m", "a"), said("m", "b", by="ben"), said("m", "c", by="lead", kind="settle")
    expert = said("m", "a", expert=True)
    assert consensus_label([ana, replace(ben, category="a")]).category == "a"
    assert consensus_label([ana, ben]) is None
    assert consensus_label([ana, ben, lead]).category == "c"
    assert consensus_label([expert]) is None
    assert consensus_label([expert, lead]).category == "c"


def test_test_labels_are_never_learned_from_nor_what_resembles_them(settings, standby):
    ids = [f"x{i}" for i in range(400)]
    kept = next(id for id in ids if kept_for_testing(id, settings))
    alike, same_sender, other = [id for id in ids if not kept_for_testing(id, settings)][:3]
    mail = {
        kept: Email(body="The blue lamp that I ordered in March has still not come", sender="jo@example.com"),
        alike: Email(body="The blue lamp that I ordered in March still has not come"),
        same_sender: Email(body="Please tell me how to wash it", sender="JO@example.com"),
        other: Email(body="Why is there no invoice for May?", sender="al@example.com"),
    }
    pairs = [(said(id, "delivery"), Received(id, NOON, "import", email)) for id, email in mail.items()]
    found = consensus_labels(pairs, standby.predict_fast, settings)
    assert [one.id for one in found.test] == [LABELLED_ID_PREFIX + kept]
    assert [one.id for one in found.train] == [LABELLED_ID_PREFIX + id for id in (alike, same_sender, other)]
    assert [one.id for one in without_test_near_duplicates(found)] == [LABELLED_ID_PREFIX + other]
    assert LABELLED_ID_PREFIX + kept in found.audited
    assert {one.weight for one in found.all} == {LABELLED_EMAIL_WEIGHT}


def test_a_candidate_tells_its_stages_and_how_it_compares(made, labelled):
    new, told = made
    assert [stage for stage, _ in told][:1] == ["Reading labels"]
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert len(told) > 10
    report = ComparisonReport.model_validate_json(new.report)
    assert report.after == new.version
    assert {one.name for one in report.compared} >= {"labelled here", "our corpus"}
    assert report.emails > report.labels > 60
    assert [size for size, _ in report.worth.points] == sorted(size for size, _ in report.worth.points)
    assert report.worth.gain.low <= report.worth.gain.value <= report.worth.gain.high
    assert labelled.models.in_force() == SHIPPED, "nothing is promoted by itself"


def test_its_report_is_about_the_threshold_that_a_lead_has_set(made):
    report = Manifest.model_validate_json(made[0].manifest).report
    assert report.decide_above == 0.95


def test_a_promoted_model_is_taken_over_and_given_back_without_a_restart(made, labelled, settings, taxonomy, url):
    new, _ = made
    store = Store(url)
    store.models.add(replace(new, by="ana"))
    store.models.add(replace(new, by="ben"))
    assert [one.by for one in store.models.all()] == ["ana"], "kept once"
    assert store.models.get(new.version).files == new.files
    one = following(settings, taxonomy, store)
    shipped = one.version
    store.models.decide(Promotion(new.version, "promoted", "ana", NOON))
    one.follow_promotion()
    assert one.version == new.version
    [made_] = one.predict([MAIL])
    assert made_.model_version == new.version
    assert following(settings, taxonomy, store).version == new.version, "another process, or after a restart"
    store.models.decide(Promotion("x", "rejected", "ben", NOON))
    one.follow_promotion()
    assert one.version == new.version, "a rejection changes nothing"
    store.models.decide(Promotion(SHIPPED, "restored", "ana", NOON))
    one.follow_promotion()
    assert one.version == shipped
    assert [entry.what for entry in store.models.promotions()] == ["restored", "rejected", "promoted"]


def test_a_wiped_disk_comes_back_with_the_promoted_model(made, settings, taxonomy, store, tmp_path, model_dir):
    new, _ = made
    store.models.add(new)
    store.models.decide(Promotion(new.version, "promoted", "ana", NOON))
    folder = tmp_path / "fresh" / "model"
    folder.parent.mkdir()
    folder.symlink_to(model_dir)
    assert following(Settings(model_dir=folder), taxonomy, store).version == new.version


@pytest.mark.parametrize("harm", ["tampered", "missing", "other taxonomy"])
def test_a_promoted_model_that_is_not_what_was_kept_is_refused_and_the_one_before_stays(
    made, settings, taxonomy, store, harm
):
    new, _ = made
    files = dict(new.files)
    manifest = new.manifest
    table = next(name for name in files if name.startswith("table"))
    if harm == "tampered":
        files[table] = files[table][:-1] + b"x"
    elif harm == "missing":
        del files[table]
    else:
        manifest = manifest.replace(taxonomy.sha256, "0" * 64)
    bad = StoredModel(f"{harm[:3]}-1", NOON, "eve", manifest, new.report, files)
    store.models.add(bad)
    store.models.decide(Promotion(bad.version, "promoted", "eve", NOON))
    one = following(settings, taxonomy, store)
    assert one.trained
    assert one.version not in (bad.version, new.version)
    assert "The promoted model cannot be used, so the one before stays." in one.why


def test_a_store_that_is_away_leaves_the_model_in_use(settings, taxonomy):
    def away():
        raise StoreUnavailable("gone")

    one = FallbackClassifier(settings, taxonomy, store=away)
    one.prepare()
    one.follow_promotion()
    assert one.trained
    assert one.predict([MAIL])


def test_one_training_at_a_time_unless_it_died(url):
    models = Store(url).models
    ago = NOON - job.TRAINING_DEAD_AFTER
    assert models.start_training(training(), since=ago)
    assert not models.start_training(training("t2"), since=ago)
    assert models.start_training(training("t3", NOON + timedelta(minutes=10)), since=NOON + timedelta(minutes=8)), (
        "t1 has died"
    )
    assert models.training().id == "t3"
    assert not job.training_alive(training(), clock=lambda: NOON + timedelta(minutes=3))


def test_a_training_that_is_cancelled_stops_at_its_next_step(labelled, settings, taxonomy, ours):
    models = labelled.models
    models.start_training(training("cancel"), since=NOON)
    models.cancel_training("cancel")
    before = models.all()
    job.run_training("cancel", labelled, settings, taxonomy, ours)
    assert models.training().state == TRAINING_CANCELLED
    assert models.all() == before


def test_a_training_without_labels_says_so(store, settings, taxonomy, ours):
    store.models.start_training(training(), since=NOON)
    job.run_training("t1", store, settings, taxonomy, ours)
    found = store.models.training()
    assert (found.state, found.said) == (TRAINING_FAILED, "No labels to learn from yet: label some mail first.")


def test_a_model_of_somebody_elses_mail_is_not_replaced_by_one_of_our_corpus(labelled, taxonomy, tiny, tmp_path, ours):
    artifact.save_model(
        tiny.classifier,
        tiny.held_out(tiny.by_industry),
        tmp_path,
        source="theirs.csv",
        data_sha256="0",
        report=training_report(tiny, Limits()),
        now=NOON,
    )
    with pytest.raises(ValueError, match=r"was trained on theirs\.csv: export the labels"):
        train_candidate(labelled, Settings(model_dir=tmp_path), taxonomy, ours, lambda *_: None)


def test_a_training_that_ends_is_kept_for_somebody_to_decide(labelled, settings, taxonomy, ours):
    at = NOON + timedelta(hours=1)
    assert labelled.models.start_training(training("good", at), since=at)
    job.run_training("good", labelled, settings, taxonomy, ours)
    found = labelled.models.training()
    assert (found.state, found.share) == (TRAINING_DONE, 1.0)
    kept = labelled.models.get(found.version)
    assert kept.by == "ana"
    assert labelled.models.in_force() == SHIPPED
