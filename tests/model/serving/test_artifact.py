"""A model is trusted only after its manifest fits in every line, and what could run is not unpickled before."""

import hashlib
import io
import json
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data import corpus
from data.schema import Email
from model.confidence.calibration import TemperatureScaling
from model.confidence.limits import Limits
from model.serving import artifact
from model.serving.manifest import CORPUS_SOURCE, MANIFEST, ModelUnfit, read_manifest
from model.training.train import training_report
from tests.conftest import NOON

READERS = [
    pytest.param("table", artifact.verify_model, id="verify"),
    pytest.param("table", artifact.load_model, id="load"),
    pytest.param("evidence", artifact.load_evidence, id="load_evidence"),
]
"""Each file of a model, and who reads it."""

EMAILS = [Email(body="the scarlet hallway"), Email(body="a cobalt attic", customers_affected=12), Email(body="moss")]


@pytest.fixture(scope="module")
def report(tiny):
    return training_report(tiny, Limits())


@pytest.fixture
def save(tmp_path, report):
    """Saves what was fitted as if it had been learned from our corpus, always in the same folder."""

    def save(fitted):
        folder = tmp_path / "model"
        artifact.save_model(
            fitted.classifier,
            fitted.held_out(fitted.by_industry),
            folder,
            source=CORPUS_SOURCE,
            data_sha256=corpus.corpus_sha256(),
            report=report,
            now=NOON,
        )
        return folder

    return save


@pytest.fixture
def saved(tiny, save):
    """The folder of a model to tamper with."""
    return save(tiny)


class Evil:
    """Makes a file where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


@pytest.fixture
def evil(tmp_path):
    """What leaves a trace once it is unpickled; afterwards there must be none."""
    yield Evil(tmp_path / "ran")
    assert not (tmp_path / "ran").exists()


def change(folder, **changes):
    path = folder / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def file_of(folder, what):
    return folder / getattr(read_manifest(folder), what).name


def put(folder, what, raw):
    """Other bytes in a file, and a manifest that fits them."""
    file = file_of(folder, what)
    file.write_bytes(raw)
    change(folder, **{what: {"name": file.name, "sha256": hashlib.sha256(raw).hexdigest()}})


def test_saved_and_loaded_it_decides_the_same(tiny, saved, taxonomy):
    loaded, manifest = artifact.load_model(saved, taxonomy)
    before = [replace(made, model_version=manifest.version) for made in tiny.classifier.predict(EMAILS)]
    assert loaded.predict(EMAILS) == before
    assert manifest == read_manifest(saved) == artifact.verify_model(saved, taxonomy)


def test_the_honest_answers_are_kept_beside_it(tiny, saved, taxonomy):
    kept, made = artifact.load_evidence(saved, taxonomy), tiny.held_out(tiny.by_industry)
    assert (kept.examples, kept.categories) == (made.examples, made.categories)
    for name in ("scores", "right", "novelty", "group"):
        assert np.array_equal(getattr(kept, name), getattr(made, name))


@pytest.mark.parametrize(("what", "read"), READERS)
@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"taxonomy_sha256": "0" * 64}, "taxonomy sha256: the model has 000000000000"),
        ({"data_sha256": "0" * 64}, "corpus: it has changed since the model was trained"),
        ({"format": 0}, "format: the model has 0"),
        ({"report": {}}, "manifest.json cannot be read (report.grouped: Field required)"),
        ({"table": "x"}, "manifest.json cannot be read (table:"),
        ({"trained_at": "yesterday"}, "manifest.json cannot be read (trained_at:"),
    ],
)
def test_what_does_not_fit_is_said_whatever_is_read(saved, taxonomy, what, read, changes, says):
    change(saved, **changes)
    with pytest.raises(ModelUnfit) as refused:
        read(saved, taxonomy)
    assert says in str(refused.value)
    assert str(refused.value).endswith("train again.")


@pytest.mark.parametrize(("what", "read"), READERS)
def test_a_file_that_was_changed_is_refused_and_not_unpickled(saved, taxonomy, evil, what, read):
    file_of(saved, what).write_bytes(pickle.dumps(evil))
    with pytest.raises(ModelUnfit, match="is not the file that was saved"):
        read(saved, taxonomy)


@pytest.mark.parametrize(("what", "read"), READERS)
def test_a_truncated_file_is_refused(saved, taxonomy, what, read):
    file = file_of(saved, what)
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(ModelUnfit, match="sha256 differs"):
        read(saved, taxonomy)


@pytest.mark.parametrize(("what", "read"), READERS)
def test_a_missing_file_is_said(saved, taxonomy, what, read):
    file_of(saved, what).unlink()
    with pytest.raises(ModelUnfit, match=r"cannot be read \(No such file or directory\): train again"):
        read(saved, taxonomy)


@pytest.mark.parametrize(("what", "read"), READERS)
def test_no_file_outside_the_folder_is_read(saved, taxonomy, tmp_path, what, read):
    outside = tmp_path / "outside"
    outside.write_bytes(file_of(saved, what).read_bytes())
    change(saved, **{what: {"name": "../outside", "sha256": getattr(read_manifest(saved), what).sha256}})
    with pytest.raises(ModelUnfit, match="model/outside cannot be read"):
        read(saved, taxonomy)


@pytest.mark.parametrize(("what", "read"), [("table", artifact.load_model), ("evidence", artifact.load_evidence)])
@pytest.mark.parametrize("form", ["a pickle", "an array of objects", "nothing that is needed", "nothing"])
def test_what_decides_cannot_run_even_where_its_manifest_fits(saved, taxonomy, evil, what, read, form):
    arrays = io.BytesIO()
    if form == "an array of objects":
        np.savez(arrays, facts=np.array([evil], dtype=object), examples=np.array([evil], dtype=object))
    elif form == "nothing that is needed":
        np.savez(arrays, other=np.zeros(1))
    put(saved, what, pickle.dumps(evil) if form == "a pickle" else arrays.getvalue())
    with pytest.raises(ModelUnfit, match=r"npz cannot be read \(.*\): train again"):
        read(saved, taxonomy)


def test_a_model_of_other_versions_decides_for_it_needs_neither(saved, taxonomy):
    change(saved, scikit_learn="0.1", python="2.7")
    loaded, _ = artifact.load_model(saved, taxonomy)
    assert loaded.predict(EMAILS)[0].category == "red"
    assert artifact.load_evidence(saved, taxonomy).examples


@pytest.mark.parametrize("text", ["", "[]", "{", "\x00", "null", '{"format": "x"}'])
@pytest.mark.parametrize(("what", "read"), READERS)
def test_a_broken_manifest_is_refused(saved, taxonomy, what, read, text):
    (saved / MANIFEST).write_text(text)
    with pytest.raises(ModelUnfit, match=r"manifest\.json cannot be read"):
        read(saved, taxonomy)


@pytest.mark.parametrize(("what", "read"), READERS)
def test_a_missing_model_is_said(taxonomy, tmp_path, what, read):
    with pytest.raises(ModelUnfit, match=r"No trained model in .*: train one"):
        read(tmp_path / "nowhere", taxonomy)


def test_a_model_of_somebody_elses_data_does_not_depend_on_our_corpus(saved, taxonomy):
    change(saved, source="theirs.csv", data_sha256="0" * 64)
    artifact.load_model(saved, taxonomy)


def test_the_model_before_stays_for_whoever_is_reading_it_and_older_ones_go(tiny, save):
    tables = []
    for t in (1.0, 2.0, 3.0):
        folder = save(replace(tiny, classifier=replace(tiny.classifier, calibration=TemperatureScaling(t))))
        tables.append(file_of(folder, "table"))
        assert not list(folder.glob("*.tmp"))
    assert sorted(folder.glob("table-*")) == sorted(tables[1:])
    assert len(list(folder.glob("evidence-*"))) == 2
