"""A person's mail is forgotten everywhere; what was decided and said of it stays, without text, and does no harm."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from data import erase
from data.labels.exchange import export_labels, import_labels
from data.mail import Batch, IntakeItem, Mail, RejectedMail
from data.mailbox_progress import Lease, Numbering
from data.schema import Claim, Email, Label, Received
from data.settings import ROOT, Settings
from data.store import Store
from data.store.tables import email_table, lease_table, metadata, triaged_table
from model.classify.keyword_rules import KeywordRules
from model.inbox.bulk_actions import export_mails, label_mails, send_to_labelling
from model.labelling.agreement import measure_agreement
from model.labelling.assignment import Assigner, LabellingRequest
from model.labelling.consensus import consensus_labels
from model.labelling.feedback import keep_label
from model.labelling.queue import DISPUTED
from model.serving.fallback import FallbackClassifier
from tests.conftest import NOON
from tests.support.mails import batch_part, decided, keep_leased

LATER = NOON + timedelta(hours=1)
ANA, BO = "ana.secret@example.com", "bo@example.com"
WORDS = ("zebra", "quokka", "axolotl", "okapi", "numbat", "tapir", "dugong", "kakapo", "aardvark", "pangolin", "wombat")
"""One for each place where text of a mail is kept."""

HERS = Mail(
    email=Email(subject="A zebra", body="My quokka was charged twice.", sender="Ana.Secret@Example.com"),
    message_id="axolotl@mail.example.com",
    thread_id="okapi@mail.example.com",
    quoted="> numbat",
    signature="Ana tapir",
    footer="dugong Ltd",
    forwarded="From: kakapo",
    attachments=("aardvark.pdf",),
    notes=("pangolin.zip could not be read.",),
)
HIS = Mail(email=Email(subject="Parcel", body="Where is my parcel?", sender=BO), signature="Bo")
BOX = Numbering("box", 1, "INBOX")


@pytest.fixture
def store(url, taxonomy):
    """A drop with a mail of Ana's and one of Bo's, what people said of both, and a mail of Ana's in a mailbox."""
    made = Store(url)
    made.inbox.add_batch(Batch(id="drop", name=f"{ANA}.mbox, b.csv", at=NOON, beat_at=NOON))
    found = [IntakeItem(f"{ANA}.mbox", str(i), mail) for i, mail in enumerate((HERS, HIS))]
    hers, his = decided(found, KeywordRules(taxonomy), lambda: NOON)
    hers, his = named(hers, "hers"), named(his, "his")
    rejected = [RejectedMail(f"{ANA.upper()}.eml", "", f"{ANA} is cut off")]
    made.keep([hers, his], batch_part("drop", NOON, rejected))
    said = [("hers", "jo", "billing"), ("hers", "kim", "refund"), ("his", "jo", "delivery"), ("his", "kim", "delivery")]
    note = f"wombat, see {ANA}"
    made.labels.add([label(f"l{i}", *one, note=note) for i, one in enumerate(said[:2])])
    made.labels.add([label(f"m{i}", *one, note=f"as {ANA} has") for i, one in enumerate(said[2:])])
    made.labels.claim(Claim([("hers", 9)], "lee", NOON, LATER))
    automatic = replace(HERS, automatic="X-Zebra: quokka")
    [machine] = decided([IntakeItem("INBOX", "UID 7", automatic)], KeywordRules(taxonomy), lambda: NOON)
    made.inbox.add_batch(Batch(id="box", name="desk", at=NOON, beat_at=NOON, state="watched"))
    made.mailbox_progress.add(BOX, [7], NOON)
    made.mailbox_progress.lease(BOX, Lease("me", NOON, LATER, 5, 99))
    keep_leased(made, BOX, "me", {7: ("f" * 64, named(machine, "machine"))}, "done", NOON)
    made.receive([Received("pasted", NOON, "import", Email(body="quokka again", sender=ANA.upper()))])
    return made


def named(one, id):
    return replace(one, triaged=replace(one.triaged, id=id))


def label(id, email_id, by, category, **more):
    return Label(id=id, email_id=email_id, by=by, at=NOON, category=category, **more)


def dumped(store):
    """All that stands in all tables, as text."""
    inspector = sa.inspect(store.database.engine)
    tables = [
        sa.Table(name, sa.MetaData(), autoload_with=store.database.engine) for name in inspector.get_table_names()
    ]
    return json.dumps([dict(row) for table in tables for row in store.database.rows(table.select())], default=str)


def column(store, which):
    return [row[which.name] for row in store.database.rows(sa.select(which).order_by(which))]


def test_nothing_of_a_forgotten_mail_is_in_any_table(store):
    before = dumped(store).casefold()
    assert all(word in before for word in (*WORDS, ANA)), "the test would find each of them"
    assert len(metadata.tables) + 1 == len(sa.inspect(store.database.engine).get_table_names()), "all are looked at"
    assert store.count_from(ANA) == 3
    assert store.erase_sender("ANA.Secret@example.COM", LATER) == 3
    after = dumped(store).casefold()
    assert [word for word in (*WORDS, ANA) if word in after] == []
    assert store.count_from(ANA) == 0
    assert store.erase_sender(ANA, LATER) == 0


def test_what_others_wrote_stays_but_for_the_address(store):
    his, read = store.inbox.get("his"), store.inbox.batch("drop").read
    store.erase_sender(ANA, LATER)
    assert store.inbox.get("his") == replace(his, file="[forgotten].mbox")
    assert [one.note for one in store.labels.history("his")] == ["as [forgotten] has"] * 2
    assert store.inbox.rejected("drop") == [RejectedMail("[forgotten].eml", "", "[forgotten] is cut off")]
    assert (store.inbox.batch("drop").name, store.inbox.batch("drop").read) == ("[forgotten].mbox, b.csv", read)


def test_mail_of_an_address_that_only_begins_or_ends_alike_stays(store):
    for i, sender in enumerate((f"{ANA}.au", f"x.{ANA}", "b@example.com")):
        store.receive([Received(f"e{i}", NOON, "import", Email(body="hello", sender=sender))])
    store.erase_sender(ANA, LATER)
    assert [store.email(f"e{i}").email.body for i in range(3)] == ["hello"] * 3


def test_addresses_with_signs_that_databases_and_patterns_know_are_taken_as_they_are(store):
    senders = ("a%b@example.com", "a_b@example.com", "axb@example.com", "a.*@example.com", "ÄNA@example.com")
    store.receive([Received(one, NOON, "import", Email(body="hello", sender=one)) for one in senders])
    asked = ("a%b@example.com", "A_B@example.com", "a.*@example.com", "äna@example.com")
    assert [store.erase_sender(one, LATER) for one in asked] == [1] * 4
    assert store.email("axb@example.com")


def test_labels_and_decisions_stay_without_text(store, taxonomy):
    said, agreed = store.labels.current_labels(), measure_agreement(store.labels.current_labels())
    decided = column(store, triaged_table.c.category)
    store.erase_sender(ANA, LATER)
    assert [(one.id, one.category, one.by) for one in store.labels.current_labels()] == [
        (o.id, o.category, o.by) for o in said
    ]
    assert measure_agreement(store.labels.current_labels()) == agreed
    assert column(store, triaged_table.c.category) == decided
    assert store.labels.erased_emails() == {"hers"}
    assert column(store, email_table.c.id) == ["hers", "his", "machine", "pasted"]


def test_forgotten_mail_is_not_shown_exported_or_learned_from(store, taxonomy):
    store.erase_sender(ANA, LATER)
    assert [one.id for one in store.received(10)] == ["his"]
    assert store.email("hers") is store.get("hers") is store.inbox.get("hers") is None
    assert [line.id for line in store.inbox.queue_items("drop")] == ["his"]
    assert store.inbox.queue_items("box") == []
    assert store.inbox.search("drop", "") == {"his"}
    assert {received.id for _, received in store.labels.with_emails()} == {"his"}
    assert b"hers" not in export_labels("x.jsonl", store)
    assert b"hers" not in export_mails("drop", ["hers", "his"], ".csv", store, taxonomy)
    found = consensus_labels(store.labels.with_emails(), lambda some: KeywordRules(taxonomy).predict(some), Settings())
    assert [one.id for one in found.all] == ["label:his"]


def test_what_people_do_to_a_forgotten_mail_harms_nothing(store, taxonomy):
    store.erase_sender(ANA, LATER)
    assert label_mails(["hers", "his"], "billing", "jo", store, taxonomy) == 1
    send_to_labelling(["hers"], "jo", store)
    assert store.labels.requested_emails(10) == []
    with pytest.raises(LookupError):
        keep_label("hers", "billing", "jo", store, taxonomy)


def test_a_forgotten_mail_is_not_offered_again(store, taxonomy, tmp_path):
    knobs = Settings(model_dir=tmp_path, audit_share=0, double_share=1)
    desk = Assigner(FallbackClassifier(knobs, taxonomy), lambda: store, knobs, lambda: NOON, lambda: 1.0)
    assert desk.queue.current().disputed == ["hers"]
    shown = desk.next_email(LabellingRequest("max", DISPUTED))
    assert shown is None, "somebody else has it"
    store.labels.release("lee")
    assert desk.next_email(LabellingRequest("max", DISPUTED)).id == "hers"
    store.erase_sender(ANA, LATER)
    assert column(store, lease_table.c.email_id) == []
    assert desk.email("hers") is None, "also where the desk had read it before"
    assert desk.next_email(LabellingRequest("max", DISPUTED)) is None
    back = Label(id="undo", email_id="hers", by="jo", at=NOON, kind="undo", undoes="l0")
    assert desk.undo(LabellingRequest("jo"), back).id != "hers"


def test_who_asks_for_the_next_email_gets_one_that_is_there(store):
    store.erase_sender(ANA, LATER)
    assert store.labels.claim(Claim([("hers", 9), ("his", 9)], "max", NOON, LATER)) == "his"


def test_a_note_that_somebody_wrote_meanwhile_goes_with_the_next_time(store):
    store.erase_sender(ANA, LATER)
    store.labels.add([label("late", "hers", "kim", "billing", note="quokka")])
    store.erase_before(NOON - timedelta(days=1), LATER)
    assert "quokka" not in dumped(store)


def test_a_watcher_that_has_seen_it_does_not_bring_it_back(store, taxonomy):
    store.erase_sender(ANA, LATER)
    store.mailbox_progress.add(BOX, [7], LATER)
    assert store.mailbox_progress.lease(BOX, Lease("me", LATER, LATER, 5, 99)) == []
    anew = Numbering("box", 2, "INBOX")
    store.mailbox_progress.add(anew, [1], LATER)
    assert store.mailbox_progress.lease(anew, Lease("me", LATER, LATER + timedelta(minutes=1), 5, 99)) == [1]
    assert store.mailbox_progress.finish_known_mails(anew, "me", {1: "f" * 64}) == {1}, (
        "nor after its mailbox was numbered anew"
    )
    assert store.received(10, without=["inbox"]) == []


def test_labels_that_come_in_again_do_not_bring_the_text_back(store, taxonomy, tmp_path):
    path = tmp_path / "labels.jsonl"
    path.write_bytes(export_labels(path.name, store))
    store.erase_sender(ANA, LATER)
    taken = import_labels(path, store, taxonomy)
    assert (taken.new, taken.bad) == (0, [])
    assert "quokka" not in dumped(store)


def test_who_writes_again_is_kept_as_anybody_is(store):
    store.erase_sender(ANA, LATER)
    store.receive([Received("again", LATER, "import", Email(body="Me again.", sender=ANA))])
    assert store.email("again").email.body == "Me again."
    assert store.count_from(ANA) == 1


def test_the_bytes_are_gone_from_the_files_of_sqlite(tmp_path, taxonomy):
    url, mails = f"sqlite:///{tmp_path}/bytes.db", 300
    store = Store(url)
    store.inbox.add_batch(Batch(id="drop", name="a.mbox", at=NOON, beat_at=NOON))
    for start in range(0, mails, 20):
        some = [IntakeItem("a.mbox", str(i), long(i)) for i in range(start, start + 20)]
        store.keep(decided(some, KeywordRules(taxonomy)), batch_part("drop", NOON))
    files = [tmp_path / f"bytes.db{end}" for end in ("", "-wal")]
    assert b"quokka" in b"".join(path.read_bytes() for path in files)
    assert store.erase_sender(ANA, LATER) == mails / 2
    raw = b"".join(path.read_bytes() for path in files if path.exists()).lower()
    assert b"quokka" not in raw
    assert ANA.encode() not in raw
    assert raw.count(b"hedgehog") >= mails / 2


def long(i):
    """Of any length, with its word at both ends; every second one is Ana's."""
    word, sender = ("quokka", ANA) if i % 2 else ("hedgehog", BO)
    return Mail(email=Email(body=f"{word} {'lorem ' * (i * 37 % 3_000)}{word}", sender=sender), quoted=f"{word} {i}")


def test_every_connection_to_sqlite_overwrites_what_it_deletes(tmp_path):
    with Store(f"sqlite:///{tmp_path}/a.db").database.engine.connect() as connection:
        assert connection.exec_driver_sql("pragma secure_delete").scalar() == 1


@pytest.mark.system
def test_text_that_is_forgotten_while_others_write_is_whole_or_gone(store, taxonomy):
    """Another process keeps mail of hers all the time; whatever is marked as forgotten has no text anywhere."""
    code = (
        "import sys; from data import taxonomy; from data.store import Store; from data.mail import IntakeItem;"
        "from model.triage import triage; from data.provenance import Provenance;"
        "from model.classify.keyword_rules import KeywordRules;"
        "from tests.data.test_erase import HERS;"
        "store, rules = Store(sys.argv[1]), taxonomy.read_taxonomy(); print('open', flush=True)\n"
        "classifier = KeywordRules(rules)\n"
        "source = Provenance('mailbox', with_headers=True)\n"
        "for i in range(60): triage([IntakeItem('', '', HERS)], classifier, store, source)"
    )
    url = store.database.engine.url.render_as_string(hide_password=False)
    writer = subprocess.Popen([sys.executable, "-c", code, url], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert writer.stdout.readline() == "open\n"
    moments, count = 0, 0
    while writer.poll() is None:
        moments += 1
        count += store.erase_sender(ANA, LATER + timedelta(seconds=moments))
    assert writer.returncode == 0
    count += store.erase_sender(ANA, LATER + timedelta(hours=1))
    assert count == 63
    assert [word for word in WORDS if word in dumped(store)] == []


def test_the_command_line_says_what_it_does(store, url, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", url)
    assert erase.main([f"<{ANA.upper()}>"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"Forgetting 3 emails from {ANA.upper()}. Categories, numbers and labels stay")
    assert out.endswith("3 emails forgotten.\n")
    assert erase.main([BO]) == 0
    assert "1 email forgotten." in capsys.readouterr().out
    assert erase.main(["nobody@example.com"]) == 0
    assert "0 emails forgotten." in capsys.readouterr().out


def test_the_command_line_forgets_by_age(store, url, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", url)
    assert erase.main(["--older-than-days", "2"], clock=lambda: NOON + timedelta(days=1)) == 0
    assert "0 emails forgotten." in capsys.readouterr().out
    assert erase.main(["--older-than-days", "2"], clock=lambda: NOON + timedelta(days=3)) == 0
    assert "Forgetting 4 emails from before 24 Nov 2026, 12:00 UTC." in capsys.readouterr().out
    assert store.received(10) == []


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["ana"], "“ana” is no e-mail address: write it as ana@example.com."),
        (["ana@a b"], "is no e-mail address"),
        (["--older-than-days", "soon"], "“soon” is no number of days: write a whole number from 1 to 36,500."),
        (["--older-than-days", "0"], "is no number of days"),
        (["--older-than-days", "99999999999"], "is no number of days"),
    ],
)
def test_what_makes_no_sense_gets_a_sentence(given, says, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/a.db")
    assert erase.main(given) == 2
    assert says in capsys.readouterr().err


def test_a_model_keeps_no_text_of_the_labels_that_it_learned_from(tiny):
    from model.serving.arrays import pack_evidence, unpack_evidence

    evidence = tiny.held_out(tiny.by_industry)
    hers = replace(evidence.examples[0], id="label:hers", subject="zebra", body="quokka", family=f"sender:{ANA}")
    packed = pack_evidence(replace(evidence, examples=(hers, *evidence.examples[1:])))
    raw = packed["examples"].tobytes()
    assert not any(word in raw for word in (b"zebra", b"quokka", ANA.encode()))
    back = unpack_evidence(packed, evidence.categories)
    assert (back.examples[0].id, back.examples[0].category) == ("label:hers", hers.category)
    assert back.examples[1:] == evidence.examples[1:]
