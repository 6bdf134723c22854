"""Imports point right only, pages -> model -> data, and inside model/ down; each outside library has one home."""

import ast
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from data.settings import ROOT

MAY_IMPORT = {"pages": {"pages", "model", "data"}, "model": {"model", "data"}, "data": {"data"}}
HOMES = {
    "sqlalchemy": ("data/store", "data/migrations"),
    "alembic": ("data/store", "data/migrations"),
    "plotly": ("pages/ui/charts.py",),
    "psycopg": ("data/store",),
    "imapclient": ("data/imap",),
    "inscriptis": ("data/intake/html.py",),
    "lxml": ("data/intake/html.py",),
    "charset_normalizer": ("data/tables/reader.py", "data/intake/charset.py"),
    "dateutil": ("data/tables/columns.py",),
    "distributed": ("model/serving/parallel.py",),
    "krippendorff": ("model/labelling/agreement.py",),
    "mlflow": ("model/training/mlflow_tracking.py",),
    "onnxruntime": ("model/classify/encoder.py",),
    "phonenumbers": ("data/masking.py",),
    "stdnum": ("data/masking.py",),
    "tokenizers": ("model/classify/encoder.py",),
    "fastapi": ("model/api",),
    "fastapi_offline": ("model/api/app.py",),
    "authlib": ("pages/ui/server/oidc.py",),
    "httpx2": ("pages/ui/server/oidc.py",),
    "holidays": ("model/priority/calendar.py",),
    "streamlit": ("pages", "streamlit_app.py"),
    "tenacity": ("model/inbox",),
    "scipy": ("model",),
    "sklearn": ("model",),
    "joblib": ("model",),
    "numpy": ("model", "pages/ui"),
    "pythonjsonlogger": ("data/logging_setup.py",),
    "starlette": ("model/access", "model/api", "pages/ui/server"),
    "anyio": ("model/access", "model/api", "pages/ui/server"),
}
FLOORS = (
    *("wording", "events", "text", "confidence", "priority", "classify", "triage", "evaluation", "serving"),
    *("labelling", "training", "inbox", "access", "api", "benchmark"),
)
"""The modules and packages of model/, the lowest first: each imports only from itself and from below."""

OLD_NAMES = {"train", "predict", "watch"}
"""Commands under the names that they had until 0.5, for one release: a door of a few lines each."""

FILES = [path for folder in MAY_IMPORT for path in sorted((ROOT / folder).rglob("*.py")) if "var" not in path.parts]


def parsed(path: Path, for_types: bool) -> ast.Module:
    """A file's syntax tree; with or without what it imports for its annotations alone."""
    tree = ast.parse(path.read_text("utf-8"))
    if not for_types:
        tree.body = [
            node for node in tree.body if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test))
        ]
    return tree


def imported(path: Path, for_types: bool) -> set[str]:
    """The top-level packages that a file imports; with or without those that it needs for its annotations alone."""
    found = set()
    for node in ast.walk(parsed(path, for_types)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_right_and_libraries_stay_at_home(path):
    where = path.relative_to(ROOT)
    assert imported(path, for_types=True) & MAY_IMPORT.keys() <= MAY_IMPORT[where.parts[0]]
    for library in imported(path, for_types=False) & HOMES.keys():
        assert str(where).startswith(HOMES[library]), f"{library} belongs in {HOMES[library][0]}"


def rooms_imported(path: Path) -> set[str]:
    """What a file imports of model/: the names of its modules and packages."""
    found = set()
    for node in ast.walk(parsed(path, for_types=True)):
        if isinstance(node, ast.ImportFrom) and node.module == "model":
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("model."):
            found.add(node.module.split(".")[1])
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("model.")}
    return found


@pytest.mark.parametrize("room", FLOORS)
def test_inside_the_model_imports_point_down(room):
    folder, module = ROOT / "model" / room, ROOT / "model" / f"{room}.py"
    below = set(FLOORS[: FLOORS.index(room) + 1])
    for path in sorted(folder.rglob("*.py")) if folder.is_dir() else [module]:
        assert rooms_imported(path) <= below, f"{path.relative_to(ROOT)} imports from a floor above its own"


def test_nothing_lies_loose_in_the_model():
    there = {path.stem for path in (ROOT / "model").glob("*.py")} - {"__init__"}
    assert there - OLD_NAMES == {"triage", "events", "wording"}
    assert {path.name for path in (ROOT / "model").iterdir() if (path / "__init__.py").exists()} <= set(FLOORS)
    for name in there & OLD_NAMES:
        assert len((ROOT / "model" / f"{name}.py").read_text("utf-8").splitlines()) < 10


def test_no_two_public_classes_have_one_name():
    places = defaultdict(list)
    for path in FILES:
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(str(path.relative_to(ROOT)))
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_what_draws_the_first_page_imports_nothing_heavy():
    """Plotly is not in the list: Streamlit itself imports it where it is installed."""
    code = (
        "import sys, pages.ui.page, pages.ui.server.app;"
        "from pages.ui.triage import answer, correction, explanation, form, tour;"
        "import model.serving.fallback;"
        "heavy = {'sklearn', 'scipy', 'joblib', 'onnxruntime', 'pandas', 'sqlalchemy', 'alembic', 'fastapi'};"
        "print(heavy & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
