"""What the documentation names is there: files, names in them, links and settings."""

import re

import pytest

from data.settings import ROOT, Settings, environment_names
from tests.test_layers import FLOORS

DOCUMENTS = ["README.md", "CONTRIBUTING.md", "SECURITY.md", *(f"docs/{p.name}" for p in sorted(ROOT.glob("docs/*.md")))]
README_LINES = 150
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```\n", re.DOTALL | re.MULTILINE)
ROOMS = ("pages", "model", "data", "tests", "docs")
MADE_WHILE_RUNNING = "data/var"
CHANGES = [
    line
    for line in (ROOT / "docs" / "architecture.md").read_text("utf-8").partition("## Where do I change")[2].splitlines()
    if CODE.search(line)
]


def prose(name):
    """A page without its blocks of code."""
    return FENCED.sub("", (ROOT / name).read_text("utf-8"))


def paths(text):
    """What a text names of the project: code that is a path, perhaps with a * in it."""
    named = [code for code in CODE.findall(text) if re.fullmatch(rf"({'|'.join(ROOMS)})(/[\w.*-]+)*", code)]
    return [path for path in named if not path.startswith(MADE_WHILE_RUNNING)]


def defines(text, name):
    """Whether a line of a Python or TOML file begins with the name: a definition, a constant, a key or a table."""
    return re.search(rf"^(?: *(?:def|class) |\[+)?{re.escape(name)}\b", text, re.MULTILINE)


def anchors(text):
    """The addresses of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_path_is_there(name):
    assert [path for path in paths(prose(name)) if not any(ROOT.glob(path))] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_within_the_project_leads_somewhere(name):
    wrong = []
    for link in LINK.findall(prose(name)):
        path, _, anchor = link.partition("#")
        target = ((ROOT / name).parent / path) if path else ROOT / name
        if "://" not in link and not (target.exists() and (not anchor or anchor in anchors(target.read_text("utf-8")))):
            wrong.append(link)
    assert wrong == []


@pytest.mark.parametrize("line", CHANGES, ids=lambda line: line.split("|")[1].strip()[:40])
def test_what_is_to_be_changed_stands_where_the_page_says(line):
    """Each row names a file or folder; each other name in it, such as a function, begins a line of one of its files."""
    where = line.split("|")[2]
    files = [ROOT / path for path in paths(where)]
    assert files
    text = "".join(file.read_text("utf-8") for file in files if file.is_file())
    others = [code for code in CODE.findall(where) if code not in paths(where) and not code.startswith("make ")]
    assert [name for name in others if not defines(text, name)] == []


def test_every_package_of_the_model_is_introduced_and_drawn():
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    packages = sorted(path.parent.name for path in ROOT.glob("model/*/__init__.py"))
    assert sorted(re.findall(r"`model/(\w+)`", page.partition("## ")[0])) == packages
    [drawing] = FENCED.findall(page)
    drawn = re.findall(
        rf"\b({'|'.join(FLOORS)})\b", drawing.partition("subgraph callers")[2].partition("subgraph data")[0]
    )
    assert drawn == [*FLOORS[:1:-1], *FLOORS[:2]]  # the two lowest share a box


def test_twenty_everyday_changes_are_shown():
    assert len(CHANGES) >= 20


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= README_LINES


def test_every_setting_is_described_with_its_default():
    text = (ROOT / "docs" / "operating.md").read_text("utf-8")
    rows = [line.split("|")[1:4] for line in text.splitlines() if line.startswith(("| `MAIL", "| `DATABASE"))]
    described = {name: default.strip().strip("`") for names, default, _ in rows for name in CODE.findall(names)}
    assert set(described) == set(environment_names().values())
    for name, variable in environment_names().items():
        default = Settings.model_fields[name].default
        if isinstance(default, bool | int | float):
            assert described[variable] == str(default).lower()
