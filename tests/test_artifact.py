"""A model file is trusted only after its manifest fits in every line, and is not unpickled before."""

import json
import pickle
import shutil

import pytest

from data.schema import Email
from model import artifact
from model.artifact import MANIFEST, ModelUnfit


@pytest.fixture
def copy(model_dir, tmp_path):
    """A copy of the trained model's folder to tamper with."""
    return shutil.copytree(model_dir, tmp_path / "model")


def change(folder, **changes):
    path = folder / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_saved_and_loaded_it_predicts_the_same(classifier, model_dir, taxonomy, tmp_path):
    manifest = artifact.read_manifest(model_dir)
    artifact.save(
        classifier,
        tmp_path,
        source=manifest.source,
        data_sha256=manifest.data_sha256,
        examples=manifest.examples,
        report=manifest.report,
        now=manifest.trained_at,
    )
    again, _ = artifact.load(tmp_path, taxonomy)
    emails = [Email(body="Where is my parcel?"), Email(body="How do I add a user?", customers_affected=12)]
    for before, after in zip(classifier.predict(emails), again.predict(emails), strict=True):
        assert after.scores == before.scores
        assert (after.priority, after.novelty) == (before.priority, before.novelty)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"scikit_learn": "0.1"}, "scikit learn: the model has 0.1, here is "),
        ({"python": "2.7"}, "python: the model has 2.7"),
        ({"taxonomy_sha256": "0" * 64}, "taxonomy sha256: the model has 000000000000"),
        ({"data_sha256": "0" * 64}, "corpus: it has changed since the model was trained"),
        ({"format": 0}, "format: the model has 0"),
        ({"sha256": "0" * 64}, "is not the file that was saved"),
        ({"file": "../../etc/passwd"}, "passwd cannot be read"),
        ({"report": {}}, "manifest.json cannot be read (report.candidates: Field required)"),
        ({"report": {"candidates": {}}}, "manifest.json cannot be read (report.candidates: Value error, the model"),
        ({"trained_at": "yesterday"}, "manifest.json cannot be read (trained_at:"),
    ],
)
def test_what_does_not_fit_is_said(copy, taxonomy, changes, says):
    change(copy, **changes)
    with pytest.raises(ModelUnfit) as refused:
        artifact.load(copy, taxonomy)
    assert says in str(refused.value)
    assert str(refused.value).endswith("train again.")


def test_a_changed_model_file_is_not_unpickled(copy, taxonomy, tmp_path):
    class Evil:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    [file] = copy.glob("model-*.joblib")
    file.write_bytes(pickle.dumps(Evil()))
    with pytest.raises(ModelUnfit, match="sha256 differs"):
        artifact.load(copy, taxonomy)
    assert not (tmp_path / "ran").exists()


def test_a_truncated_model_file_is_refused(copy, taxonomy):
    [file] = copy.glob("model-*.joblib")
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(ModelUnfit, match="sha256 differs"):
        artifact.load(copy, taxonomy)


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
