"""A model's files are read only after the manifest fits in every line; the only pickle is not needed to decide."""

import json
import pickle
import shutil

import numpy as np
import pytest

from data.schema import Email
from model import artifact
from model.manifest import MANIFEST, ModelUnfit, read_manifest

EMAILS = [Email(body="Where is my parcel?"), Email(body="How do I add a user?", customers_affected=12)]


@pytest.fixture
def copy(model_dir, tmp_path):
    """A copy of the trained model's folder to tamper with, of its newest model alone."""
    manifest = read_manifest(model_dir)
    folder = tmp_path / "model"
    folder.mkdir()
    for name in (MANIFEST, manifest.table.name, manifest.evidence.name, manifest.reference.name):
        shutil.copy(model_dir / name, folder)
    return folder


def change(folder, **changes):
    path = folder / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_saved_and_loaded_it_predicts_the_same(tiny, taxonomy, model_dir, tmp_path):
    old = read_manifest(model_dir)
    saved = artifact.save(tiny, tmp_path, source="x.csv", data_sha256="", report=old.report, now=old.trained_at)
    loaded, manifest = artifact.load(tmp_path, taxonomy)
    assert (manifest, loaded.version) == (saved, saved.version)
    walls = [Email(body="the scarlet hallway"), Email(body="cobalt attic or jade cellar?")]
    for before, after in zip(tiny.classifier.predict(walls), loaded.predict(walls), strict=True):
        assert after.scores == before.scores
        assert (after.priority, after.novelty, after.shortlist) == (before.priority, before.novelty, before.shortlist)
    kept, made = artifact.load_evidence(tmp_path, taxonomy), tiny.evidence(tiny.away)
    assert kept.examples == made.examples
    assert np.array_equal(kept.scores, made.scores)
    assert np.array_equal(kept.right, made.right)


def test_only_the_model_in_use_and_the_one_before_it_stay(tiny, model_dir, tmp_path):
    old = read_manifest(model_dir)
    for name in ("table-1.npz", "table-2.npz", "table-3.npz"):
        (tmp_path / name).write_bytes(b"")
    artifact.save(tiny, tmp_path, source="x.csv", data_sha256="", report=old.report, now=old.trained_at)
    assert len(list(tmp_path.glob("table-*.npz"))) == 2
    assert not list(tmp_path.glob("*.tmp"))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"taxonomy_sha256": "0" * 64}, "taxonomy sha256: the model has 000000000000"),
        ({"data_sha256": "0" * 64}, "corpus: it has changed since the model was trained"),
        ({"format": 0}, "format: the model has 0"),
        ({"table": {"name": "../../etc/passwd", "sha256": ""}}, "passwd cannot be read"),
        ({"report": {}}, "manifest.json cannot be read (report.grouped: Field required)"),
        ({"trained_at": "yesterday"}, "manifest.json cannot be read (trained_at:"),
    ],
)
def test_what_does_not_fit_is_said(copy, taxonomy, changes, says):
    change(copy, **changes)
    with pytest.raises(ModelUnfit) as refused:
        artifact.load(copy, taxonomy)
    assert says in str(refused.value)
    assert str(refused.value).endswith("train again.")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"scikit_learn": "0.1"}, "scikit learn: the model has 0.1, here is "),
        ({"python": "2.7"}, "python: the model has 2.7"),
    ],
)
def test_other_versions_matter_to_the_pickle_alone(copy, taxonomy, changes, says):
    change(copy, **changes)
    with pytest.raises(ModelUnfit) as refused:
        artifact.load_reference(copy, taxonomy)
    assert says in str(refused.value)
    classifier, _ = artifact.load(copy, taxonomy)
    assert classifier.predict(EMAILS)[0].category == "delivery"


def test_a_changed_pickle_does_not_run(copy, taxonomy, tmp_path):
    class Evil:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    [file] = copy.glob("scikit-learn-*.joblib")
    file.write_bytes(pickle.dumps(Evil()))
    with pytest.raises(ModelUnfit, match="sha256 differs"):
        artifact.load_reference(copy, taxonomy)
    artifact.load(copy, taxonomy)
    artifact.load_evidence(copy, taxonomy)
    assert not (tmp_path / "ran").exists()


def test_a_pickle_in_the_place_of_numbers_does_not_run(copy, taxonomy, tmp_path):
    """Even with a manifest that was forged to fit, the table can hold nothing but arrays and text."""
    import hashlib

    class Evil:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    [file] = copy.glob("table-*.npz")
    np.savez(file, facts=np.array([Evil()], dtype=object))
    change(copy, table={"name": file.name, "sha256": hashlib.sha256(file.read_bytes()).hexdigest()})
    (tmp_path / "ran").unlink(missing_ok=True)
    with pytest.raises(ModelUnfit, match="cannot be read"):
        artifact.load(copy, taxonomy)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("kind", ["table", "evidence", "scikit-learn"])
@pytest.mark.parametrize("spoil", [lambda file: file.write_bytes(file.read_bytes()[:1000]), lambda file: file.unlink()])
def test_a_truncated_or_missing_file_is_refused(copy, taxonomy, kind, spoil):
    load = {"table": artifact.load, "evidence": artifact.load_evidence, "scikit-learn": artifact.load_reference}[kind]
    [file] = copy.glob(f"{kind}-*")
    spoil(file)
    with pytest.raises(ModelUnfit, match=r"sha256 differs|cannot be read"):
        load(copy, taxonomy)


def test_the_reference_is_what_scikit_learn_fitted(copy, taxonomy):
    features, heads = artifact.load_reference(copy, taxonomy)
    assert features.transform(["where is my parcel"]).shape[1] == heads[0].weights.shape[1]


@pytest.mark.parametrize("text", ["", "[]", "{", "\x00", "null", '{"format": "x"}'])
def test_a_broken_manifest_is_refused(copy, taxonomy, text):
    (copy / MANIFEST).write_text(text)
    with pytest.raises(ModelUnfit, match=r"manifest\.json cannot be read"):
        artifact.load(copy, taxonomy)


def test_a_missing_model_is_said(taxonomy, tmp_path):
    with pytest.raises(ModelUnfit, match=r"No trained model in .*: train one"):
        artifact.load(tmp_path / "nowhere", taxonomy)


def test_a_model_of_somebody_elses_data_does_not_depend_on_our_corpus(copy, taxonomy):
    change(copy, source="theirs.csv", data_sha256="0" * 64)
    artifact.load(copy, taxonomy)
