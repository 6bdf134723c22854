"""Every command that README, CONTRIBUTING and docs show is run here, or by the test that is named for it."""

import csv
import os
import re
import shlex
import signal
import subprocess
import sys
import zipfile

import httpx
import pytest

from data import corpus
from data.settings import ROOT
from model import api
from tests.support.server import PAGES, free_port, serve, wait

pytestmark = pytest.mark.system

BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
DOCS = [f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))]
SHOWN = ["README.md", "CONTRIBUTING.md", *DOCS]
ELSEWHERE = {
    "make test": "is what runs this",
    "make check": "is a part of make test",
    "make train": "tests/model/training/test_train.py",
    "make scores": "tests/model/evaluation/test_scores_file.py",
    "make screenshots": "tests/reports/screenshots.py",
    "make bench": "tests/bench/side_by_side.py",
    "make corpus-report": "tests/reports/corpus_report.py",
    "make run WITH=embeddings": "tests/model/classify/test_second_opinion.py",
    "uvicorn --factory model.api.app:standalone": "tests/support/server.py",
    'curl -s localhost:8501/api/v1/predict -H "Authorization: Bearer': "tests/system/test_access.py",
    "MAILROOM_PASSWORD=": "tests/system/test_access.py",
    "export MAILBOX_HOST=": "tests/model/inbox/test_watch_settings.py",
    "export DATABASE_URL=": "tests/data/store/test_store.py",
    "python -m model.inbox.watch": "tests/system/test_watch_kill.py",
    "python -m dask": "tests/model/inbox/test_predict.py",
    "python -m model.inbox.predict --input big.csv": "tests/model/inbox/test_predict.py",
    "python3 -m venv": "tests/system/test_deploy.py",
    "pip install": "tests/system/test_deploy.py",
    "streamlit run": "tests/support/server.py",
    "make run HOST=": "tests/system/test_deploy.py",
}


def commands(name):
    """The commands of a page, one a line, without what is said of them."""
    text = "\n".join(BLOCK.findall((ROOT / name).read_text("utf-8"))).replace("\\\n", " ")
    lines = [line.split("  #")[0].split("  … ")[0].strip() for line in text.splitlines()]
    return [line for line in lines if line]


HERE = [
    command
    for command in dict.fromkeys(line for page in SHOWN for line in commands(page))
    if not command.startswith(tuple(ELSEWHERE)) and command != "make run"
]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with the files that the commands name."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "mail.eml").write_bytes(b"Subject: Charged twice\r\n\r\nMy card was charged twice for March.\r\n")
    (folder / "labels.csv").write_text("body,category\nWhere is my parcel?,delivery\n")
    with (folder / "labelled.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["text", "category"])
        rows.writerows([one.body, one.category] for one in corpus.read_corpus()[::20])
    with zipfile.ZipFile(folder / "mails.zip", "w") as packed:
        packed.write(folder / "mail.eml", "mail.eml")
    return folder


@pytest.fixture(scope="module")
def served(place, model_dir):
    with serve(PAGES, DATABASE_URL=f"sqlite:///{place}/served.db", MAILROOM_MODEL_DIR=str(model_dir)) as address:
        yield address


@pytest.mark.parametrize("command", HERE)
def test_a_command_does_what_it_says(command, place, served, model_dir):
    script = command.replace("localhost:8501", served.removeprefix("http://"))
    script = re.sub(r"^python ", f"{shlex.quote(sys.executable)} ", script)
    script = script.replace("--out data/var/model", "--out trained").replace("curl -s", "curl -sf")
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": f"sqlite:///{place}/commands.db",
        "MAILROOM_MODEL_DIR": str(model_dir),
    }
    done = subprocess.run(
        ["bash", "-c", script], cwd=place, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    if command.startswith("curl"):
        assert '"category":"billing"' in done.stdout


def test_what_is_run_elsewhere_is():
    for where in ELSEWHERE.values():
        assert where.startswith("is ") or (ROOT / where).exists()


@pytest.mark.parametrize("module", ["model.train", "model.predict", "model.watch", "data.forget"])
def test_a_command_still_has_its_old_name(module):
    done = subprocess.run(
        [sys.executable, "-m", module, "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "usage: python -m " in done.stdout


def test_the_api_alone_still_has_its_old_name(monkeypatch):
    monkeypatch.setattr("model.api.app.standalone", lambda: "the app")
    assert api.standalone() == "the app"


def test_make_run_serves_pages_and_api():
    """As a newcomer would, whatever the make that runs this was told."""
    port, told = free_port(), ("MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES", "MAKELEVEL", "WITH")
    environment = {name: value for name, value in os.environ.items() if name not in told}
    process = subprocess.Popen(["make", "run", f"PORT={port}"], cwd=ROOT, env=environment, start_new_session=True)
    try:
        wait(f"http://localhost:{port}", process)
        assert httpx.get(f"http://localhost:{port}/", timeout=30).status_code == 200
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)
