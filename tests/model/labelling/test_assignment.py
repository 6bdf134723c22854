"""Who gets which email next: one each, audits mixed in, some for two people, nothing twice for the same person."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from uuid import uuid4

import numpy as np
import pytest

from data.sample_mail import sample_mail
from data.schema import Email, Label, Received
from data.settings import Settings
from data.store import Store
from model.labelling.assignment import Assigner, LabellingRequest
from model.labelling.keypress import label_from_press
from model.labelling.queue import ACTIVE_LEARNING, DISPUTED, NEWEST, ONE_CATEGORY, labels_by_email
from model.labelling.sampling import audited, kept_for_testing, people_wanted
from tests.conftest import NOON

SETTINGS = Settings()
NEVER, ALWAYS = (lambda: 1.0), (lambda: 0.0)


class Clock:
    def __init__(self):
        self.at = NOON

    def __call__(self):
        return self.at


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def desk(standby, url, clock):
    return desk_on(standby, Store(url), clock)


def desk_on(standby, store, clock, chance=NEVER, settings=SETTINGS):
    return Assigner(standby, lambda: store, settings, clock, chance)


def label(offer, by="ana", category="billing", **more):
    return Label(id=uuid4().hex, email_id=offer.id, by=by, at=NOON, category=category, **more)


def press(offer, kind="label", **more):
    return {"id": uuid4().hex, "kind": kind, "email_id": offer.id if offer else "", "seconds": 2.5, **more}


def test_work_waits_on_the_first_visit(desk):
    assert desk.next_email(LabellingRequest("ana")).id in {one.id for one in sample_mail()}
    assert desk.queue.left == len(sample_mail())


def test_everybody_gets_another_email_and_every_email_comes_once(desk):
    ana, ben = desk.next_email(LabellingRequest("ana")), desk.next_email(LabellingRequest("ben"))
    seen = [ana.id, ben.id]
    for _ in range(20):
        ana = desk.next_email(LabellingRequest("ana"), label(ana))
        seen.append(ana.id)
    assert len(set(seen)) == 22


def test_a_skipped_email_does_not_come_back_to_the_same_person_soon(desk, clock):
    first = desk.next_email(LabellingRequest("ana"))
    second = desk.next_email(LabellingRequest("ana"), replace(label(first, category="", kind="skip"), at=clock.at))
    assert second.id != first.id
    assert desk.next_email(LabellingRequest("ana")).id != first.id
    assert desk.next_email(LabellingRequest("ben")).id == first.id, "but to others at once"


def test_an_undone_email_is_offered_again_with_all_it_had(desk, taxonomy):
    first = desk.next_email(LabellingRequest("ana"))
    store = desk._store()
    desk.next_email(LabellingRequest("ana"), label(first))
    undo = label_from_press(press(None, "undo"), None, "ana", False, store, taxonomy)
    assert desk.undo(LabellingRequest("ana"), undo) == first
    assert store.labels.current_labels() == []


def test_one_tenth_of_the_mail_is_an_audit_whatever_the_model_thinks():
    ids = [f"mail {i}" for i in range(20_000)]
    drawn = [id for id in ids if audited(id, SETTINGS)]
    assert 0.09 < len(drawn) / len(ids) < 0.11
    kept = [id for id in ids if kept_for_testing(id, SETTINGS)]
    assert set(kept) < set(drawn)
    assert 0.45 < len(kept) / len(drawn) < 0.55
    assert 0.09 < sum(people_wanted(id, SETTINGS) == 2 for id in ids) / len(ids) < 0.11
    assert 0.07 < sum(people_wanted(id, SETTINGS) == 2 for id in drawn) / len(drawn) < 0.13, "independent draws"


def test_audits_are_mixed_in_and_the_models_opinion_is_hidden(standby, store, clock, taxonomy):
    always, never = (desk_on(standby, store, clock, chance) for chance in (ALWAYS, NEVER))
    drawn = always.next_email(LabellingRequest("ana"))
    assert drawn.audit
    assert drawn.hidden
    assert not never.next_email(LabellingRequest("ben")).audit
    said = label_from_press(press(drawn, category="billing"), drawn, "ana", True, store, taxonomy)
    assert said.audit
    assert not said.shown, "even though the person had asked to see suggestions"


def test_whether_the_suggestion_was_shown_is_kept_with_the_label(desk, taxonomy):
    offer = replace(desk.next_email(LabellingRequest("ana")), hidden=False)
    for shown in (True, False):
        said = label_from_press(press(offer, category="refund"), offer, "ana", shown, desk._store(), taxonomy)
        assert said.shown is shown
        assert said.model_version == offer.prediction.model_version
        assert said.seconds == 2.5


def test_a_press_for_another_email_than_the_one_on_screen_does_nothing(desk, taxonomy):
    first = desk.next_email(LabellingRequest("ana"))
    late = press(first, category="billing")
    second = desk.next_email(LabellingRequest("ana"), label(first))
    assert label_from_press(late, second, "ana", False, desk._store(), taxonomy) is None


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        "label",
        {"kind": "drop"},
        {"category": "no such category"},
        {"category": "billing", "seconds": "soon"},
        {"category": "billing", "seconds": -1},
        {"category": "billing", "note": "x" * 3_000},
        {"category": "billing", "more": 1},
        {"category": "billing", "id": "1; drop table label"},
    ],
)
def test_what_the_page_could_not_have_sent_is_refused(desk, taxonomy, wrong):
    offer = desk.next_email(LabellingRequest("ana"))
    sent = {**press(offer), **wrong} if isinstance(wrong, dict) else wrong
    with pytest.raises(ValueError, match=r"\w"):
        label_from_press(sent, offer, "ana", False, desk._store(), taxonomy)


def test_notes_are_kept_as_printable_text(desk, taxonomy):
    offer = desk.next_email(LabellingRequest("ana"))
    note = "caf\u00e9 \x00\u202e half \ud83d end "
    said = label_from_press(press(offer, category="billing", note=note), offer, "ana", False, desk._store(), taxonomy)
    desk._store().labels.add([said])
    assert desk._store().labels.history(offer.id)[0].note == "café  half ? end"


def test_some_emails_are_labelled_by_a_second_person(standby, store, clock):
    both = desk_on(standby, store, clock, settings=Settings(double_share=1, audit_share=0))
    first = both.next_email(LabellingRequest("ana"))
    assert first.hidden
    both.next_email(LabellingRequest("ana"), label(first))
    assert both.next_email(LabellingRequest("ben")).id == first.id
    both.next_email(LabellingRequest("ben"), label(first, by="ben"))
    assert both.next_email(LabellingRequest("carla")).id != first.id, "two are enough"


def label_by_turns(desk, people):
    """Let people label what they are offered; the queue is made anew after each five labels, as it is after 20 s."""
    offers = {by: desk.next_email(LabellingRequest(by)) for by in sorted(set(people))}
    for count, by in enumerate(people):
        if count % 5 == 0:
            desk.queue.build()
        offers[by] = desk.next_email(LabellingRequest(by), label(offers[by], by))
    return labels_by_email(desk._store().labels.current_labels())


def test_two_people_who_work_at_the_same_time_share_a_tenth_of_what_they_label(standby, store, clock):
    desk = desk_on(standby, store, clock, Random(0).random)
    labels = label_by_turns(desk, (["ana"] * 5 + ["ben"] * 5) * 8)
    common = [id for id, several in labels.items() if len(several) == 2]
    assert sum(map(len, labels.values())) == 80
    assert 0.08 < len(common) / len(labels) < 0.16
    assert all(people_wanted(id, SETTINGS) == 2 and desk.email(id).hidden for id in common), "blind to each other"


def test_who_comes_later_labels_what_waits_for_a_second_person(standby, store, clock):
    desk = desk_on(standby, store, clock, Random(0).random)
    for_two = [id for id in label_by_turns(desk, ["ana"] * 40) if people_wanted(id, SETTINGS) == 2]
    labels = label_by_turns(desk, ["ben"] * 40)
    assert len(for_two) >= 3
    assert all({one.by for one in labels[id]} == {"ana", "ben"} for id in for_two)


def test_second_labels_do_not_crowd_out_new_mail(standby, store, clock):
    store.receive(sample_mail())
    store.labels.add([label(one, "ana") for one in sample_mail()[:200]])
    desk = desk_on(standby, store, clock, Random(0).random)
    offers = [desk.next_email(LabellingRequest("ben"))]
    for _ in range(39):
        offers.append(desk.next_email(LabellingRequest("ben"), label(offers[-1], "ben")))
    done = {one.id for one in sample_mail()[:200]}
    assert 0.1 < np.mean([one.id in done for one in offers]) < 0.5


def test_the_newest_come_first_where_that_is_wished(desk):
    desk._store().receive(
        [Received(f"n{i}", NOON + timedelta(hours=i), "import", Email(body=f"new {i}")) for i in range(9)]
    )
    newest = desk.next_email(LabellingRequest("ana", NEWEST))
    assert newest.id == max(f"n{i}" for i in range(9) if not audited(f"n{i}", SETTINGS))


def test_one_category_alone(desk):
    for _ in range(3):
        offer = desk.next_email(LabellingRequest("ana", ONE_CATEGORY, "delivery"))
        assert offer.prediction.category == "delivery"


def test_where_people_disagree_a_third_is_asked_until_the_last_word(desk, clock):
    offer = desk.next_email(LabellingRequest("ana"))
    store = desk._store()
    assert desk.next_email(LabellingRequest("carla", DISPUTED)) is None
    store.labels.add([label(offer), label(offer, by="ben", category="refund")])
    store.labels.release("ana")
    again = desk_on(desk._classifier, store, clock)
    assert again.next_email(LabellingRequest("carla", DISPUTED)).id == offer.id
    assert again.next_email(LabellingRequest("ana", DISPUTED)) is None, "who has answered is not asked again"
    store.labels.add([label(offer, by="lead", kind="settle")])
    assert desk_on(desk._classifier, store, clock).next_email(LabellingRequest("dan", DISPUTED)) is None


def test_a_text_that_came_twice_is_asked_once(standby, store, clock):
    same = [Received(f"s{i}", NOON, "import", Email(body="Where is my parcel?")) for i in range(5)]
    store.receive(same)
    desk = desk_on(standby, store, clock)
    assert sum(id.startswith("s") for id in [*desk.queue.current().teaching, *desk.queue.current().audits]) == 1
    store.labels.add([Label(id="x", email_id="s3", by="ana", at=NOON, category="delivery")])
    desk = desk_on(standby, store, clock)
    assert sum(id.startswith("s") for id in [*desk.queue.current().teaching, *desk.queue.current().audits]) == 0


def test_without_a_trained_model_rules_put_the_mail_in_order(store, clock, tmp_path, taxonomy):
    from model.serving.fallback import FallbackClassifier

    none = FallbackClassifier(Settings(model_dir=tmp_path), taxonomy, train=lambda folder: None)
    offer = desk_on(none, store, clock).next_email(LabellingRequest("ana", ACTIVE_LEARNING))
    assert offer.prediction.model_version == "rules"


def test_between_which_two_it_wavers_is_told_by_words(desk):
    offer = next(o for o in (desk.email(id) for id in desk.queue.current().teaching) if o.prediction.cause == "unsure")
    told = desk.top_words(offer)
    assert list(told) == list(offer.prediction.scores)[:2]
    assert any(word in offer.email.text.lower() for words in told.values() for word in words)


def test_when_all_is_labelled_there_is_nothing_left_and_nothing_breaks(standby, url, clock):
    store = Store(url)
    store.receive(sample_mail())
    both = [label(one, by) for one in sample_mail() for by in ("ana", "ben")]
    store.labels.add(both)
    desk = desk_on(standby, store, clock)
    assert desk.queue.left == 0
    assert desk.next_email(LabellingRequest("carla")) is None
    assert desk.next_email(LabellingRequest("carla", ONE_CATEGORY, "billing")) is None
    assert desk.queue.most_confused_pair() is None
