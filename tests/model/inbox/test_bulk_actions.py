"""What a person does with the mail of a batch: looks for some of it, says what is right, takes it out."""

import csv
import io
import json
import mailbox
import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest

from data.clock import now
from data.intake.files import read_mail_files
from data.mail import Batch, IntakeItem, RejectedMail
from data.provenance import API_RAW
from data.settings import Settings
from data.store import Store
from model.inbox import bulk_actions
from model.inbox.bulk_actions import ASKED, DECIDED, DIFFERS, SAID, QueueFilter
from model.labelling.assignment import Assigner, LabellingRequest
from model.triage import triage
from tests.conftest import NOON
from tests.support.mails import batch_part, decided, mail

TWICE = mail("Charged twice", "My card was charged twice for the March invoice.", given="Delivery ")
PARCEL = mail(
    "", "Where is my parcel? The tracking has not moved for a week.", sender="bo@example.org", given="delivery"
)
EVIL = mail("=1+1", "From me: please cancel my subscription.\nFrom here on 2026 it is not needed.", sender="x@y.zz")
MACHINE = mail("Re: your mail", "Where is my parcel?", automatic="Auto-Submitted: auto-replied")


@pytest.fixture
def kept(url, classifier, taxonomy):
    """A store with a batch of four mails and one that could not be read; its lines."""
    store = Store(url)
    placed = [IntakeItem("a.csv", f"row {i}", one) for i, one in enumerate((TWICE, PARCEL, EVIL, MACHINE), start=2)]
    store.inbox.add_batch(Batch(id="b", name="a.csv", at=NOON, beat_at=NOON, size=10))
    rejected = [RejectedMail("a.csv", "row 6", "no")]
    triage(placed, classifier, store, batch_part("b", NOON, rejected, 10), clock=lambda: NOON)
    return store


def by_subject(store, batch="b"):
    return {line.subject: line for line in store.inbox.queue_items(batch)}


def test_read_and_bad_are_all(kept):
    batch = kept.inbox.batch("b")
    assert (batch.read, batch.bad, batch.done) == (4, 1, 10)
    assert len(kept.inbox.queue_items("b")) == 4
    assert kept.inbox.rejected("b") == [RejectedMail("a.csv", "row 6", "no")]


def test_what_was_read_beside_the_text_comes_back(kept, taxonomy, classifier):
    one = mail("Hi", "Where is my parcel?", sent_at=NOON, attachments=("a.pdf",), quoted="> old", notes=("A note.",))
    [arrived] = triage([IntakeItem("m.eml", "", one, own_id="7")], classifier, kept, API_RAW, clock=lambda: NOON)
    assert kept.inbox.get(arrived.triaged.id) == arrived
    assert kept.get(arrived.triaged.id) == arrived.triaged


def test_a_machines_mail_is_decided_by_its_header(kept, taxonomy):
    line = by_subject(kept)["Re: your mail"]
    assert (line.category, line.decided) == (taxonomy.automatic.key, True)
    assert "Auto-Submitted" in kept.get(line.id).prediction.reason


def test_the_time_counts_from_when_a_mail_was_sent_and_a_date_in_the_future_from_now(classifier, taxonomy):
    early = mail("", "Where is my parcel?", sent_at=NOON - timedelta(hours=3))
    late = mail("", "Where is my parcel?", sent_at=NOON + timedelta(days=400))
    one, other = decided([IntakeItem("", "", early), IntakeItem("", "", late)], classifier, lambda: NOON)
    assert other.triaged.respond_by - one.triaged.respond_by == timedelta(hours=3)
    assert other.mail.sent_at is None and "future" in other.mail.notes[-1]


def test_lines_are_filtered_and_searched(kept, taxonomy):
    lines = kept.inbox.queue_items("b")
    assert sum(map(QueueFilter().takes, lines)) == 4
    found = kept.inbox.search("b", "TRACKING")
    assert [line.sender for line in lines if QueueFilter(ids=found).takes(line)] == ["bo@example.org"]
    assert kept.inbox.search("b", "100%") == set(), "what is searched for is text, no pattern"
    assert len(kept.inbox.search("b", "bo@example")) == 1
    assert [line.subject for line in lines if QueueFilter(states=[DIFFERS], known=taxonomy.choices).takes(line)] == [
        "Charged twice"
    ]
    assert bulk_actions.count_filtered(lines, taxonomy.choices)[DIFFERS] == 1


def test_what_people_say_counts_before_the_machine_and_is_a_label(kept, taxonomy):
    lines = by_subject(kept)
    assert bulk_actions.label_mails([lines["Charged twice"].id, lines[""].id], None, "ana", kept, taxonomy) == 2
    assert bulk_actions.label_mails([lines["=1+1"].id], "sales", "ana", kept, taxonomy) == 1
    after = by_subject(kept)
    assert (after["=1+1"].category, after["=1+1"].by, after["=1+1"].answered) == ("sales", "ana", True)
    assert after["Charged twice"].category == lines["Charged twice"].category
    assert bulk_actions.count_filtered(list(after.values()), ())[SAID] == 3
    said = {one.email_id: one for one in kept.labels.current_labels()}
    assert said[lines["=1+1"].id].suggested == lines["=1+1"].category
    assert {one.via for one in said.values()} == {"inbox"}


def test_the_last_word_beats_a_later_label(kept, taxonomy):
    id = by_subject(kept)["Charged twice"].id
    bulk_actions.label_mails([id], "sales", "ana", kept, taxonomy)
    [label] = kept.labels.current_labels()
    kept.labels.add([replace(label, id="s", kind="settle", category="billing", by="lead")])
    bulk_actions.label_mails([id], "refund", "bo", kept, taxonomy)
    assert by_subject(kept)["Charged twice"].category == "billing"


def test_no_such_category_is_said_and_nothing_is_kept(kept, taxonomy):
    with pytest.raises(ValueError, match="no category: use one of"):
        bulk_actions.label_mails([by_subject(kept)[""].id], "nonsense", "ana", kept, taxonomy)
    assert kept.labels.current_labels() == []


def test_what_is_sent_to_labelling_comes_first_there(kept, standby, taxonomy):
    settings = Settings(audit_share=0.0, double_share=0.0)
    desk = Assigner(standby, lambda: kept, settings)
    id = by_subject(kept)["=1+1"].id
    assert not {line.id for line in kept.inbox.queue_items("b")} & desk.queue.current().emails.keys(), (
        "others are not shown it"
    )
    desk = Assigner(standby, lambda: kept, settings)
    assert bulk_actions.send_to_labelling([id], "ana", kept) == 1
    assert desk.next_email(LabellingRequest("bo")).id == id


def test_old_mail_is_looked_at_as_of_when_it_came(kept):
    lines = kept.inbox.queue_items("b")
    assert bulk_actions.as_of(lines, NOON + timedelta(days=1)) == NOON + timedelta(days=1)
    assert bulk_actions.as_of(lines, NOON + timedelta(days=900)) == NOON
    assert bulk_actions.as_of([], NOON) == NOON


def exported(store, ending, taxonomy):
    return bulk_actions.export_mails("b", [line.id for line in store.inbox.queue_items("b")], ending, store, taxonomy)


def test_a_csv_is_safe_to_open(kept, taxonomy):
    rows = list(csv.DictReader(io.StringIO(exported(kept, ".csv", taxonomy).decode("utf-8-sig"))))
    assert len(rows) == 4
    assert {row["subject"] for row in rows} >= {"'=1+1", "Charged twice"}
    assert {row["team"] for row in rows} >= {taxonomy.category("billing").team}


def test_json_lines_hold_what_was_there(kept, taxonomy):
    rows = [json.loads(line) for line in exported(kept, ".jsonl", taxonomy).splitlines()]
    assert {row["subject"] for row in rows} == {"Charged twice", "", "=1+1", "Re: your mail"}


def test_an_mbox_for_each_category_holds_each_mail_once(kept, taxonomy, tmp_path):
    with zipfile.ZipFile(io.BytesIO(exported(kept, ".zip", taxonomy))) as packed:
        assert set(packed.namelist()) == {f"{line.category}.mbox" for line in kept.inbox.queue_items("b")}
        packed.extractall(tmp_path)
    read = [message for path in tmp_path.glob("*.mbox") for message in mailbox.mbox(path)]
    assert len(read) == 4
    again = [one.mail for path in sorted(tmp_path.glob("*.mbox")) for one in read_mail_files(path, path.name)]
    assert {one.email.subject for one in again} == {"Charged twice", "", "=1+1", "Re: your mail"}
    [evil] = [one for one in again if one.email.subject == "=1+1"]
    assert evil.email.body.splitlines() == EVIL.email.body.splitlines()


def test_a_selection_of_thousands_is_said_in_parts(kept, classifier, taxonomy):
    many = [IntakeItem("m", str(i), mail(str(i), "Where is my parcel?")) for i in range(1_200)]
    triage(many, classifier, kept, batch_part("b", now(), done=10))
    ids = [line.id for line in kept.inbox.queue_items("b")]
    assert bulk_actions.label_mails(ids, "praise", "ana", kept, taxonomy) == 1_204
    assert {line.category for line in kept.inbox.queue_items("b")} == {"praise"}


def test_decided_and_asked_are_told_apart(kept):
    counts = bulk_actions.count_filtered(kept.inbox.queue_items("b"), ())
    assert counts[DECIDED] + counts[ASKED] == 4
