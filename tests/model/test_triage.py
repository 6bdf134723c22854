"""A mail is decided on, kept and announced at one moment, whatever way it came."""

from datetime import timedelta

import pytest

from data.mail import Batch, IntakeItem, as_items
from data.mailbox_progress import Lease, Numbering, uid_position
from data.provenance import API, API_RAW, COMMAND_LINE, FORM, BatchProgress, MailboxLease, from_mailbox, from_upload
from data.schema import Email, StoreUnavailable, Threshold
from model.classify.keyword_rules import KeywordRules
from model.confidence.limits import Limits
from model.events import decided
from model.triage import triage
from tests.conftest import NOON
from tests.support.mails import mail

PARCEL = Email(body="Where is my parcel? The tracking has not moved for a week.")
BOX = Numbering("box", 1, "INBOX")


@pytest.fixture
def rules(taxonomy):
    return KeywordRules(taxonomy)


@pytest.fixture
def announced():
    """What was announced, each time with what the store holds at that moment."""
    told = []
    leave = decided.subscribe(told.append)
    yield told
    leave()


def leased(store):
    store.inbox.add_batch(Batch(id="box", name="desk", at=NOON, beat_at=NOON, state="watched"))
    store.mailbox_progress.add(BOX, [7], NOON)
    assert store.mailbox_progress.lease(BOX, Lease("me", NOON, NOON + timedelta(hours=1), 5, 99)) == [7]
    return from_mailbox(MailboxLease(BOX, "me", {uid_position(7): (7, "print")}, "done", NOON))


def batch(store):
    store.inbox.add_batch(Batch(id="b", name="a.csv", at=NOON, beat_at=NOON, size=10))
    return from_upload(BatchProgress("b", (), 10, NOON))


PROVENANCES = {
    "form": (lambda _: FORM, "triage"),
    "api": (lambda _: API, "api"),
    "raw message over the api": (lambda _: API_RAW, "api"),
    "upload": (batch, "inbox"),
    "mailbox": (leased, "mailbox"),
}


@pytest.mark.parametrize("way", PROVENANCES)
def test_it_is_kept_with_its_source_and_announced_after_that(store, rules, announced, way):
    make, source = PROVENANCES[way]
    provenance, there = make(store), []
    leave = decided.subscribe(lambda told: there.append([store.get(one.triaged.id) for one in told.mails]))
    [kept] = triage([IntakeItem("a", uid_position(7), mail("", PARCEL.body))], rules, store, provenance)
    leave()
    assert store.email(kept.triaged.id).source == source
    assert there == [[kept.triaged]], "it is in the store when it is announced"
    assert [(told.mails, told.provenance) for told in announced] == [([kept], provenance)]


def test_what_cannot_be_kept_is_not_announced(store, rules, announced, monkeypatch):
    def away(*_):
        raise StoreUnavailable("The disk is full.")

    monkeypatch.setattr(store, "keep", away)
    with pytest.raises(StoreUnavailable):
        triage(as_items([PARCEL]), rules, store, FORM)
    assert announced == []


def test_a_subscriber_that_fails_costs_no_decision(store, rules):
    leave = decided.subscribe(lambda _: 1 / 0)
    [kept] = triage(as_items([PARCEL]), rules, store, FORM)
    leave()
    assert store.get(kept.triaged.id) == kept.triaged


def test_a_mail_that_somebody_else_has_leased_by_now_is_neither_kept_nor_announced(store, rules, announced):
    provenance = leased(store)
    store.mailbox_progress.lease(BOX, Lease("other", NOON + timedelta(hours=2), NOON + timedelta(hours=3), 5, 99))
    assert triage([IntakeItem("INBOX", uid_position(7), mail("", PARCEL.body))], rules, store, provenance) == []
    assert announced == [] and store.received(9) == []


def test_the_command_line_keeps_and_announces_nothing(rules, announced):
    [made] = triage(as_items([PARCEL]), rules, None, COMMAND_LINE)
    assert made.triaged.prediction.category == "delivery"
    assert announced == []


def test_the_threshold_in_force_decides_unless_other_limits_are_given(store, rules):
    store.set_threshold(Threshold(0.3, "ana", NOON))
    [bold] = triage(as_items([PARCEL]), rules, store, FORM)
    [given] = triage(as_items([PARCEL]), rules, store, FORM, limits=Limits(0.99))
    assert (bold.triaged.prediction.cause, given.triaged.prediction.cause) == ("confident", "unsure")


def test_a_future_date_is_not_believed(store, rules):
    late = mail("", PARCEL.body, sent_at=NOON + timedelta(days=3))
    [kept] = triage([IntakeItem("", "", late)], rules, store, API_RAW, clock=lambda: NOON)
    assert kept.mail.sent_at is None and kept.triaged.respond_by > NOON
    assert "future" in kept.mail.notes[0]
