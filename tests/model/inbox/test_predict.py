"""Files and folders sorted from the command line, over the cores here and over a real Dask cluster."""

import csv
import os
import subprocess
import sys
import zipfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from data.schema import Threshold
from data.store import Store
from model.inbox import predict
from tests.conftest import NOON
from tests.support.server import ROOT, free_port

TWICE = b"From: Ana <ana@example.com>\nSubject: Charged twice\n\nMy card was charged twice for the March invoice.\n"
PARCEL = b"Subject: \n\nWhere is my parcel? The tracking has not moved.\n"


@pytest.fixture
def sorted_(model_dir, tmp_path, monkeypatch):
    """Sort a file or folder as the command line does; the rows that come out."""
    monkeypatch.setenv("MAILROOM_MODEL_DIR", str(model_dir))
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/db.sqlite")

    def run(source: Path, *more: str) -> list[dict[str, str]]:
        target = tmp_path / "out.csv"
        assert predict.main(["--input", str(source), "--output", str(target), *more]) == 0
        with target.open(newline="") as file:
            return list(csv.DictReader(file))

    return run


def test_a_folder_of_anything_is_sorted_in_order(sorted_, tmp_path):
    folder = tmp_path / "mail"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.eml").write_bytes(TWICE)
    (folder / "b.csv").write_text("id,text\n7,Where is my parcel?\n8,\n")
    (folder / "c.bin").write_bytes(b"\x00\x01")
    (folder / "deep" / "d.mbox").write_bytes(
        b"From x@example.com Mon Nov 23 09:00:00 2026\n"
        + TWICE
        + b"\nFrom y@example.com Mon Nov 23 09:01:00 2026\n"
        + PARCEL
    )
    with zipfile.ZipFile(folder / "e.zip", "w") as packed:
        packed.writestr("../../x.eml", PARCEL)
    rows = sorted_(folder)
    assert [(row["id"], row["file"], row["position"]) for row in rows] == [
        ("", "a.eml", ""),
        ("7", "b.csv", "row 2"),
        ("8", "b.csv", "row 3"),
        ("", "c.bin", ""),
        ("", "deep/d.mbox", "message 1"),
        ("", "deep/d.mbox", "message 2"),
        ("", "e.zip", "../../x.eml"),
    ]
    assert [row["category"] for row in rows] == ["billing", "delivery", "", "", "billing", "delivery", "delivery"]
    assert [bool(row["error"]) for row in rows] == [False, False, True, True, False, False, False]
    assert rows[0]["team"] == "Finance" and rows[0]["reason"] and rows[0]["priority"][0] == "P"


def test_what_a_machine_sent_is_told(sorted_, tmp_path):
    path = tmp_path / "a.eml"
    path.write_bytes(b"List-Id: <news.example.com>\n" + TWICE)
    [row] = sorted_(path)
    assert row["action"] == "route" and "List-Id" in row["reason"]


def test_the_threshold_that_people_set_holds_here_too(sorted_, tmp_path):
    Store(f"sqlite:///{tmp_path}/db.sqlite").set_threshold(Threshold(1.0, "ana", NOON))
    path = tmp_path / "a.eml"
    path.write_bytes(PARCEL)
    [row] = sorted_(path)
    assert row["action"] == "ask"


def test_no_row_is_lost_between_the_cores(sorted_, tmp_path):
    path = tmp_path / "many.csv"
    path.write_text("id,text\n" + "".join(f"{i},Please cancel my plan number {i}\n" for i in range(2_345)))
    rows = sorted_(path)
    assert [row["id"] for row in rows] == [str(i) for i in range(2_345)]
    assert all(row["category"] for row in rows)


def test_an_output_is_whole_or_not_there(tmp_path):
    def broken():
        yield [{"id": "1", "error": ""}]
        raise OSError("The cable was pulled.")

    with pytest.raises(OSError, match="cable"):
        predict.write_csv(broken(), tmp_path / "out.csv")
    assert list(tmp_path.iterdir()) == []


@contextmanager
def cluster(workers: int):
    """A scheduler and workers, each a process of its own."""
    pytest.importorskip("distributed")
    port, environment = free_port(), {**os.environ, "PYTHONPATH": str(ROOT)}
    address = f"tcp://127.0.0.1:{port}"
    quiet = {"cwd": ROOT, "env": environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    dask = [sys.executable, "-m", "dask"]
    started = [
        subprocess.Popen([*dask, "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"], **quiet)
    ]
    one = [*dask, "worker", address, "--nthreads", "1", "--no-dashboard", "--no-nanny", "--host", "127.0.0.1"]
    started += [subprocess.Popen(one, **quiet) for _ in range(workers)]
    try:
        from distributed import Client

        with Client(address, timeout=60) as client:
            client.wait_for_workers(workers, timeout=60)
            yield address, client
    finally:
        for process in started:
            process.kill()
            process.wait()


@pytest.mark.system
def test_a_real_cluster_says_the_same_as_the_cores_here(sorted_, tmp_path):
    path = tmp_path / "many.csv"
    texts = ("My card was charged twice", "Where is my parcel", "", "Please cancel my plan")
    path.write_text("id,text\n" + "".join(f"{i},{texts[i % 4]}\n" for i in range(2_600)))
    here = sorted_(path)
    with cluster(2) as (address, client):
        there = sorted_(path, "--dask", address)
        busy = client.run(
            lambda: (
                len(sys.modules["model.serving.parallel"]._classifiers)
                if "model.serving.parallel" in sys.modules
                else 0
            )
        )
    assert there == here
    assert list(busy.values()) == [1, 1], "each worker has unpacked the model once"


def test_no_cluster_is_a_sentence(model_dir, tmp_path, monkeypatch, capsys):
    pytest.importorskip("distributed")
    from model.serving import parallel

    monkeypatch.setattr(parallel, "CONNECT_SECONDS", 0.5)
    monkeypatch.setenv("MAILROOM_MODEL_DIR", str(model_dir))
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/db.sqlite")
    path = tmp_path / "a.eml"
    path.write_bytes(TWICE)
    nowhere = f"tcp://127.0.0.1:{free_port()}"
    assert predict.main(["--input", str(path), "--output", str(tmp_path / "o.csv"), "--dask", nowhere]) == 2
    assert f"No Dask cluster answers at {nowhere}" in capsys.readouterr().err
