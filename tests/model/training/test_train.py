"""The two command lines: train on anybody's file, sort anybody's file."""

import csv
import sys

import pytest

from data import corpus
from model.classify import encoder
from model.inbox import predict
from model.serving import artifact
from model.serving.manifest import CORPUS_SOURCE, read_manifest
from model.training.__main__ import main
from model.training.train import tracking_run

SAYINGS = {
    "parcels": ["the parcel is late", "no parcel came", "box never arrived", "tracking stands still", "driver lost it"],
    "money": ["refund the price", "charged too much", "invoice is wrong", "card was debited", "pay me back"],
}


@pytest.fixture
def theirs(tmp_path):
    """A CSV as somebody else's help desk exports it: other names, one bad row, no levels, no families."""
    path = tmp_path / "theirs.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["Text", "Queue"])
        for queue, texts in SAYINGS.items():
            for i, text in enumerate(texts):
                rows.writerow([text, queue])
                rows.writerow([f"{'hello dear people' if i % 2 else 'good morning to you'} {text} {text}", queue])
        rows.writerow(["", "money"])
    return path


def test_a_model_is_trained_on_anybodys_file_and_sorts_it(theirs, tmp_path, capsys, monkeypatch):
    assert main(["--data", str(theirs), "--out", str(tmp_path / "m"), "--jobs", "1"]) == 0
    said = capsys.readouterr()
    assert "Line 22: body is empty" in said.err
    for name in ("no look-alikes seen", "industry not seen"):
        assert name in said.out
    manifest = read_manifest(tmp_path / "m")
    assert manifest.report.impact_right is None, "there was nothing to measure"
    assert "impact is 'empty' in 20 rows: taken as low." in said.err
    assert (manifest.source, manifest.categories, manifest.examples) == ("theirs.csv", ["money", "parcels"], 20)

    monkeypatch.setenv("MAILROOM_MODEL_DIR", str(tmp_path / "m"))
    assert predict.main(["--input", str(theirs), "--output", str(tmp_path / "out.csv")]) == 0
    assert "Read 21: sorted 20, could not read 1" in capsys.readouterr().out
    rows = list(csv.DictReader((tmp_path / "out.csv").open()))
    assert len(rows) == 21
    assert {row["team"] for row in rows[:20]} <= {"Money", "Parcels"}
    assert rows[20]["error"] == "body: The email has no text: write or paste it here."


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("a,b\n1,2\n", "No column for the body among: a, b"),
        ("text,label\nx,y\n", "There is one category only, y"),
        ("text,label\nx,y\nz,w\n", "Category w has 1 separate examples, and 5 are the least"),
        ("text,label\n,\n", "has no row with a text and a category"),
        ("", "bad.csv is empty."),
        ('text,label\n"x,y\n', "has no row with a text and a category"),
    ],
)
def test_what_cannot_be_learnt_from_is_said(tmp_path, capsys, table, says):
    path = tmp_path / "bad.csv"
    path.write_text(table)
    assert main(["--data", str(path), "--out", str(tmp_path / "m"), "--jobs", "1"]) == 2
    assert says in capsys.readouterr().err


def test_a_missing_file_is_said(tmp_path, capsys):
    nowhere = str(tmp_path / "nowhere.csv")
    assert main(["--data", nowhere, "--out", str(tmp_path)]) == 2
    assert predict.main(["--input", nowhere, "--output", str(tmp_path / "o.csv")]) == 2
    assert capsys.readouterr().err.count("nowhere.csv") == 2


def test_if_missing_leaves_a_model_that_fits_alone(model_dir, capsys):
    before = read_manifest(model_dir)
    assert main(["--out", str(model_dir), "--if-missing"]) == 0
    assert read_manifest(model_dir) == before
    assert "Training" not in capsys.readouterr().out


def test_scikit_learns_form_is_written_when_asked_for_and_only_then(theirs, tmp_path, capsys):
    folder = tmp_path / "m"
    train = ["--data", str(theirs), "--out", str(folder), "--jobs", "1"]
    assert main(train) == 0
    assert not list(folder.glob("*.joblib"))
    assert main([*train, "--if-missing", "--reference"]) == 0
    assert list(folder.glob("*.joblib")) == [artifact.reference_path(folder, read_manifest(folder))]
    capsys.readouterr()
    assert main([*train, "--if-missing", "--reference"]) == 0
    assert "Training" not in capsys.readouterr().out


def test_a_second_opinion_without_its_extra_is_said(theirs, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, encoder.WEIGHTS[0], None)  # as if it was not installed
    assert main(["--data", str(theirs), "--out", str(tmp_path / "m"), "--second-opinion"]) == 2
    said = f"Not trained: {encoder.WEIGHTS[0]} is not installed: run make run WITH=embeddings."
    assert capsys.readouterr().err.splitlines()[-1] == said
    assert not (tmp_path / "m").exists()


def test_the_manifest_tells_what_was_learned_from(model_dir, taxonomy):
    manifest = read_manifest(model_dir)
    assert (manifest.source, manifest.examples) == (CORPUS_SOURCE, len(corpus.read_corpus()))
    assert manifest.categories == sorted(taxonomy.categories)


def test_a_file_is_sorted_row_by_row_and_is_safe_in_a_spreadsheet(model_dir, tmp_path, monkeypatch):
    monkeypatch.setenv("MAILROOM_MODEL_DIR", str(model_dir))
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    with source.open("w", newline="") as file:
        csv.writer(file).writerows(
            [
                ["ID", "Subject", "Body"],
                ["=1+1", "Charged twice", "My card was charged twice for the March invoice."],
                ["b", "", "Where is my parcel? The tracking has not moved.\nThanks"],
                ["c", "", "  "],
                *[[str(i), "", "Please cancel my subscription at the end of the month."] for i in range(1_500)],
            ]
        )
    assert predict.main(["--input", str(source), "--output", str(target)]) == 0
    rows = list(csv.DictReader(target.open()))
    assert len(rows) == 1_503
    assert [row["id"] for row in rows[:4]] == ["'=1+1", "b", "c", "0"]
    assert [row["category"] for row in rows[:4]] == ["billing", "delivery", "", "cancellation"]
    assert rows[2]["error"]


def test_the_input_is_never_written_over(tmp_path, capsys):
    path = tmp_path / "a.csv"
    path.write_text("text\nhello\n")
    assert predict.main(["--input", str(path), "--output", str(path)]) == 2
    assert "give the output another name" in capsys.readouterr().err
    assert path.read_text() == "text\nhello\n"


def test_a_row_that_is_far_too_long_is_told_and_stops_nothing(model_dir, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MAILROOM_MODEL_DIR", str(model_dir))
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("text\n" + "where is it\n" * 1_200 + "x" * (2**24 + 1) + "\nwhere is it\n")
    assert predict.main(["--input", str(source), "--output", str(target)]) == 0
    assert "Read 1,202: sorted 1,201, could not read 1" in capsys.readouterr().out
    assert [row["position"] for row in csv.DictReader(target.open()) if row["error"]] == ["row 1202"]


def test_an_output_is_whole_or_not_there(tmp_path):
    def torn():
        yield [{"id": "1", "error": ""}]
        raise ValueError("torn")

    with pytest.raises(ValueError, match="torn"):
        predict.write_csv(torn(), tmp_path / "out.csv")
    assert list(tmp_path.iterdir()) == []


def test_a_training_is_told_as_flat_numbers_and_files(model_dir):
    manifest = read_manifest(model_dir)
    run = tracking_run(manifest, promotion="{}")
    assert run.name == manifest.version
    assert run.metrics["away.accuracy"] == manifest.report.away.accuracy.value
    assert all(isinstance(value, float) for value in run.metrics.values())
    assert set(run.texts) == {"manifest.json", "promotion.json"}
    assert run.parameters["examples"] == manifest.examples
