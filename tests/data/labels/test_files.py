"""Labels out and in again: nothing changes on the way, bad rows are named, and a spreadsheet runs nothing."""

import csv
import io
import json

import pytest

from data.labels.__main__ import main
from data.labels.exchange import LABEL_COLUMNS, export_labels, import_labels
from data.labels.files import LABEL_FILE_ENDINGS
from data.schema import Email, Label, Received
from data.store import Store
from data.tables.csv_injection import escape_formula, unescape_formula
from tests.conftest import NOON

MAIL = [
    Received(
        "m1", NOON, "triage", Email(subject="=1+1", body='@SUM(1)\n"quoted", and; a\ttab', sender="a@example.com")
    ),
    Received("m2", NOON, "pool", Email(body="'=already safe?", customers_affected=3)),
    Received("m3", NOON, "import", Email(subject="-- עברית 😀", body="+1 for this")),
]
LABELS = [
    Label(id="a1", email_id="m1", by="=ana", at=NOON, category="billing", also="refund", note="=cmd|' /C calc'!A0"),
    Label(
        id="a2",
        email_id="m2",
        by="ben",
        at=NOON,
        category="none",
        impact="low",
        urgency="high",
        expert=True,
        seconds=4.5,
    ),
    Label(id="a3", email_id="m3", by="ana", at=NOON, category="praise", suggested="sales", shown=True, audit=True),
    Label(id="a4", email_id="m1", by="lead", at=NOON, category="refund", kind="settle", model_version="m-1"),
]


@pytest.fixture
def full(url):
    store = Store(url)
    store.receive(MAIL)
    store.labels.add(LABELS)
    return store


def file(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def all_of(store):
    return {label.id: (label, received) for label, received in store.labels.with_emails()}


@pytest.mark.parametrize("ending", LABEL_FILE_ENDINGS)
def test_what_goes_out_comes_in_again_equal(full, store, taxonomy, tmp_path, ending):
    path = file(tmp_path, f"labels{ending}", export_labels(f"x{ending}", full))
    empty = Store(f"sqlite:///{tmp_path}/other.db")
    assert import_labels(path, empty, taxonomy).new == len(LABELS)
    assert all_of(empty) == all_of(full)


@pytest.mark.parametrize("ending", LABEL_FILE_ENDINGS)
def test_importing_twice_changes_nothing(full, taxonomy, tmp_path, ending):
    path = file(tmp_path, f"labels{ending}", export_labels(f"x{ending}", full))
    before = all_of(full)
    taken = import_labels(path, full, taxonomy)
    assert (taken.new, taken.known, taken.bad) == (0, len(LABELS), [])
    assert all_of(full) == before


def test_no_cell_of_the_csv_begins_a_formula(full):
    text = export_labels("x.csv", full).decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert "'=1+1" in cells
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))] == []


@pytest.mark.parametrize(
    "text", ["=1", "'=1", "''=1", "a=1", "", "'", "'a", "\t=1", "＝1", "-5", "- list", "@me", "|x", "%x"]
)
def test_a_cell_made_safe_can_be_read_again(text):
    assert unescape_formula(escape_formula(text)) == text


def test_undone_labels_stay_here(full):
    full.labels.add([Label(id="u", email_id="m2", by="ben", at=NOON, kind="undo", undoes="a2")])
    assert b"a2" not in export_labels("x.jsonl", full)


def test_bad_rows_are_named_and_the_good_ones_beside_them_taken(store, taxonomy, tmp_path):
    rows = [
        "Subject,Message,Label,Impact,seconds",
        "Late,Where is my parcel?,Delivery,,",
        "Typo,Where is my parcel now?,Delivry,,",
        ",,billing,,",
        "x,How do I do this?,How-to question,urgent,",
        "y,How do I do that?,how_to,LOW,soon",
        "z,Last one,none,High,2.5",
    ]
    taken = import_labels(file(tmp_path, "theirs.csv", "\n".join(rows)), store, taxonomy)
    assert (taken.new, taken.known) == (2, 0)
    said = dict(sentence.split(": ", 1) for sentence in taken.bad)
    assert said["Line 3"].startswith("category: “Delivry” is no category: use one of billing, refund")
    assert "no text" in said["Line 4"]
    assert said["Line 5"] == "impact: “urgent” is no level: use one of low, medium, high, or leave it out."
    assert said["Line 6"].startswith("seconds: “soon”")
    assert sorted(label.category for label in store.labels.current_labels()) == ["delivery", "none"]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("x.xlsx", b"PK", "ends on none of .csv, .jsonl, .json"),
        ("x.json", b"{", "cannot be read as JSON"),
        ("x.json", b'{"a": 1}', "no JSON of Label Studio"),
        ("x.json", b"[" * 100_000, "cannot be read as JSON"),
        ("x.csv", b"a,b\n1,2", "No column for the body"),
    ],
)
def test_a_file_that_is_none_says_so(store, taxonomy, tmp_path, name, content, says):
    with pytest.raises(ValueError, match=says):
        import_labels(file(tmp_path, name, content), store, taxonomy)


def test_lines_that_are_no_json_are_named(store, taxonomy, tmp_path):
    good = json.dumps({"body": "Where is it?", "category": "delivery"})
    rest = '{"category": "delivery", "body": 12}\n{"body": "x", "category": ["a"]}'
    text = f'{good}\n{{"body"\n[1]\n\n"x"\n{good}\n{rest}'
    taken = import_labels(file(tmp_path, "x.jsonl", text), store, taxonomy)
    assert [one.split(":")[0] for one in taken.bad] == ["Line 2", "Line 3", "Line 5", "Line 8"]
    assert (taken.new, taken.known) == (2, 1), "a number is text, and the same row twice is there once"


def test_an_id_that_belongs_to_another_text_here_makes_a_new_email(full, taxonomy, tmp_path):
    row = {"email_id": "m1", "body": "Quite another email", "category": "sales"}
    import_labels(file(tmp_path, "x.jsonl", json.dumps(row)), full, taxonomy)
    assert full.email("m1") == MAIL[0]
    assert full.labels.current_labels()[-1].email_id not in {"m1", "m2", "m3"}


def test_label_studios_own_export_is_read(store, taxonomy, tmp_path):
    """As its documentation shows it: choices, an annotator by number, a cancelled annotation, a task without any."""
    choice = {"from_name": "topic", "to_name": "text", "type": "choices", "value": {"choices": ["Refund"]}}
    tasks = [
        {"id": 1, "data": {"text": "Money back please"}, "annotations": [
            {"id": 7, "completed_by": 3, "result": [choice], "was_cancelled": False, "lead_time": 3.1,
             "created_at": "2026-03-09T22:16:08.728353Z"},
            {"id": 8, "completed_by": {"email": "b@example.com"}, "result": [], "was_cancelled": True}]},
        {"id": 2, "data": {"text": "Hello"}, "annotations": []},
        {"id": 3, "annotations": [{"result": [choice]}]},
        {"id": 4, "data": {"text": "No choice made"}, "annotations": [{"result": []}]},
    ]  # fmt: skip
    taken = import_labels(file(tmp_path, "x.json", json.dumps(tasks)), store, taxonomy)
    [label] = store.labels.current_labels()
    assert (label.category, label.by, label.seconds, label.at.year) == ("refund", "3", 3.1, 2026)
    assert [one.split(":")[0] for one in taken.bad] == ["Task 2", "Task 3", "Task 4"]


def test_the_command_line(full, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/cli.db")
    path = file(tmp_path, "x.csv", export_labels("x.csv", full))
    assert main(["import", str(path)]) == 0
    assert "4 new labels, 0 known already, 0 bad rows." in capsys.readouterr().out
    assert main(["export", str(tmp_path / "out.json")]) == 0
    assert len(json.loads((tmp_path / "out.json").read_bytes())) == len(MAIL)
    assert main(["export", str(tmp_path / "out.txt")]) == 2
    assert main(["import", str(tmp_path / "none.csv")]) == 2
    assert "Not done: " in capsys.readouterr().err
    bad = file(tmp_path, "bad.csv", "body,category\nx y z,what\n")
    assert main(["import", str(bad)]) == 1
    assert "Line 2: category: “what” is no category" in capsys.readouterr().err


def test_every_field_of_a_label_travels_but_what_the_log_alone_needs():
    assert set(Label.__dataclass_fields__) - set(LABEL_COLUMNS) == {"id", "undoes"}


def test_what_came_in_over_imap_can_be_left_out(store):
    mail = [Received(source, NOON, source, Email(body=f"It came by {source}.")) for source in ("mailbox", "triage")]
    store.receive(mail)
    store.labels.add([Label(id=f"l-{one.id}", email_id=one.id, by="ana", at=NOON, category="billing") for one in mail])
    assert b"It came by mailbox" in export_labels("a.csv", store)
    left = export_labels("a.csv", store, without=["mailbox"])
    assert b"It came by triage" in left
    assert b"It came by mailbox" not in left
