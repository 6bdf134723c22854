"""What Mailroom is made of: every dependency is pinned and installed as pinned, and no secret lies in the project."""

import re
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

from data.settings import ROOT

LISTS = sorted(ROOT.glob("requirements*.txt"))
PIN = re.compile(r"^([a-z0-9-]+)(\[[a-z,]+\])?==([0-9][0-9a-z.]*)( --hash=sha256:[0-9a-f]{64})?$")
LONG = 60_000
NO_SECRET = {
    ("data/taxonomy.py", "Base64 High Entropy String"): "the letters that a key can have",
    ("model/access/authenticator.py", "Secret Keyword"): "how a key begins",
    ("model/classify/encoder.py", "Hex High Entropy String"): "digests of the files of the encoder",
}


def pins(path):
    lines = [line.strip() for line in path.read_text().splitlines()]
    return [line for line in lines if line and not line.startswith(("#", "-r "))]


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.name)
def test_every_dependency_is_pinned(path):
    assert [line for line in pins(path) if not PIN.match(line)] == []


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.name)
def test_what_is_installed_is_what_is_pinned(path):
    wrong = []
    for name, _, pinned, _ in (PIN.match(line).groups() for line in pins(path)):
        try:
            if version(name) != pinned:
                wrong.append(f"{name} {version(name)} instead of {pinned}")
        except PackageNotFoundError:
            if path.name in ("requirements.txt", "requirements-dev.txt"):
                wrong.append(f"{name} is not installed")
    assert wrong == []


def test_no_secret_lies_in_the_project():
    """Tests make up passwords of their own, and long files are emails that we wrote; anything else is a secret."""
    secrets = pytest.importorskip("detect_secrets")
    from detect_secrets.settings import default_settings

    known = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    found, collection = [], secrets.SecretsCollection()
    with default_settings():
        for path in (ROOT / name for name in known.stdout.splitlines() if not name.startswith("tests/")):
            if path.is_file() and path.suffix != ".png" and path.stat().st_size < LONG:
                collection.scan_file(str(path))
    for name, secret in collection:
        kind = str(Path(name).relative_to(ROOT)), secret.type
        if kind not in NO_SECRET:
            found.append((*kind, secret.line_number))
    assert found == []


def test_a_secret_would_be_found(tmp_path):
    secrets = pytest.importorskip("detect_secrets")
    from detect_secrets.settings import default_settings

    path = tmp_path / "settings.py"
    path.write_text('key = "AKIA' + "Q3EGWXH5PZBN2KYT" + '"\n')
    collection = secrets.SecretsCollection()
    with default_settings():
        collection.scan_file(str(path))
    assert [secret.type for _, secret in collection] == ["AWS Access Key"]
