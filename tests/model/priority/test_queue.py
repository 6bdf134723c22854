"""What to answer first: what waiting costs, what is only guessed, and a line of words on why."""

from dataclasses import replace
from datetime import timedelta
from time import thread_time

import numpy as np
import pytest

from data.mail import QueueItem
from data.schema import Email
from model.priority.calendar import response_due
from model.priority.queue import (
    LOOK_AHEAD,
    expected_weight,
    lateness_weights,
    needs_answer,
    order_by_cost,
    queue_reason,
    tardiness_cost,
)
from tests.conftest import NOON

SURE = QueueItem("a", NOON, "", "", None, "billing", "", "P3", "", NOON, 1.0, True, False, "", "", "")


def line(id="a", priority="P3", left=60.0, **other):
    """A mail that is surely billing, with so many minutes left."""
    return replace(SURE, id=id, priority=priority, respond_by=NOON + timedelta(minutes=left), **other)


def placed(taxonomy, *lines, minutes=6.0):
    return "".join(one.id for one in order_by_cost(lines, NOON, taxonomy, minutes))


def test_the_cost_of_three_mails_by_hand():
    """On time by two looks ahead, due within the answer, and late by far."""
    left = np.array([6 + 2 * LOOK_AHEAD * 6, 6, -1_000])
    assert tardiness_cost(np.array([6.0, 6.0, 12.0]), left, 6) == pytest.approx([-2, 0, np.log(2)])
    assert tardiness_cost(np.array([6.0]), np.array([16.0]), 6, ahead=1) == pytest.approx(-10 / 6)


def test_mail_that_is_due_in_years_still_has_a_place():
    years = np.array([1.0, 2.0]) * 366 * 24 * 60
    first, second = tardiness_cost(np.ones(2), years, 6)
    assert np.isfinite(second)
    assert first > second


@pytest.mark.parametrize("minutes", [0, -6])
def test_an_answer_takes_time(minutes):
    with pytest.raises(ValueError, match=f"An answer takes {minutes} minutes"):
        tardiness_cost(np.ones(1), np.ones(1), minutes)


def test_a_priority_weighs_what_the_service_promises(taxonomy):
    """Answers are promised within 1, 4, 8 and 24 hours."""
    lines = [line(priority=priority) for priority in ("P1", "P2", "P3", "P4", "P7")]
    assert lateness_weights(lines, taxonomy) == pytest.approx([24, 6, 3, 1, 3]), "what is no longer known is middling"


def test_the_weights_follow_the_taxonomy(taxonomy):
    billing = taxonomy.categories["billing"]
    quick = {name: replace(target, answer=target.answer / 2) for name, target in billing.targets.items()}
    billing = replace(billing, targets=quick)
    other = replace(taxonomy, categories={**taxonomy.categories, "billing": billing})
    assert lateness_weights([line(), line(category="refund"), line(category="strange")], other) == pytest.approx(
        [6, 3, 6]
    )


def test_half_a_doubt_is_half_the_way_to_the_middle():
    assert expected_weight(np.array([24.0, 1.0]), np.array([3.0, 3.0]), np.array([0.5, 0.5])).tolist() == [13.5, 2]


def test_a_doubtful_outage_waits_for_a_sure_one_and_a_doubtful_trifle_goes_before_a_sure_one(taxonomy):
    lines = [line("a", "P4"), line("b", "P4", confidence=0.3), line("c", "P1", confidence=0.3), line("d", "P1")]
    assert placed(taxonomy, *lines) == "dcba"


def test_what_a_person_confirmed_is_sure(taxonomy):
    doubtful = line(priority="P1", confidence=0.3, decided=False)
    assert lateness_weights([doubtful, replace(doubtful, answered=True)], taxonomy) == pytest.approx(
        [0.3 * 24 + 0.7 * 3, 24]
    )


def test_a_confirmed_mail_still_waits_for_its_answer(taxonomy):
    assert placed(taxonomy, line("a"), line("b", left=30, answered=True)) == "ba"


def test_among_equals_what_is_due_first_goes_first_and_then_the_id(taxonomy):
    assert placed(taxonomy, line("c", left=20), line("b", left=20), line("a", left=30)) == "bca"
    assert placed(taxonomy, line("a", left=-5), line("c", left=-9), line("b", left=-5)) == "cab", "late costs the same"


def test_the_priority_tips_what_is_close_and_not_what_is_far(taxonomy):
    """A P1 weighs 24 times a P4: it goes before one that is due up to log(24) x 10 answers of 6 minutes earlier."""
    most = np.log(24) * LOOK_AHEAD * 6
    assert placed(taxonomy, line("a", "P4", 6), line("b", "P1", 6 + most - 1)) == "ba"
    assert placed(taxonomy, line("a", "P4", 6), line("b", "P1", 6 + most + 1)) == "ab"


def test_the_longer_an_answer_takes_the_more_a_priority_tips(taxonomy):
    lines = line("a", "P4", 60), line("b", "P1", 300)
    assert (placed(taxonomy, *lines, minutes=6), placed(taxonomy, *lines, minutes=12)) == ("ab", "ba")


def test_what_needs_no_answer_comes_last_even_if_it_is_late(taxonomy):
    spam = line("s", "P1", -900, category="spam_or_automatic")
    assert placed(taxonomy, spam, line("a", "P4", 1e6)) == "as"
    assert placed(taxonomy, replace(spam, decided=False, answered=True), line("a", "P4", 1e6)) == "as"


def test_a_mere_guess_that_nobody_has_to_answer_does_not_bury_a_mail(taxonomy):
    guess = line("s", "P4", confidence=0.5, category="spam_or_automatic", decided=False)
    assert needs_answer(guess, taxonomy)
    assert lateness_weights([guess], taxonomy) == pytest.approx([1.5])
    assert placed(taxonomy, line("p", "P4"), guess, line("q", "P3")) == "qsp"
    certain = replace(guess, id="t", confidence=1.0)
    assert placed(taxonomy, certain, line("p", "P4"), replace(guess, id="z", decided=True)) == "ptz"


def test_nothing_to_do_is_nothing(taxonomy):
    assert order_by_cost([], NOON, taxonomy) == []
    assert lateness_weights([], taxonomy).tolist() == []


def test_no_mail_is_lost_and_the_order_of_arrival_does_not_matter(taxonomy):
    lines = many(200)
    one, other = order_by_cost(lines, NOON, taxonomy), order_by_cost(lines[::-1], NOON, taxonomy)
    assert one == other
    assert sorted(line.id for line in one) == sorted(line.id for line in lines)


@pytest.mark.parametrize(
    ("mail", "said"),
    [
        (line(priority="P1", left=40, priority_reason="a leak"), "breaches in 40 min; a leak"),
        (line(priority="P1", left=-120), "breached 2 h ago; P1"),
        (line(priority="P2", left=180, customers_affected=1_200), "breaches in 3 h; P2, 1,200 customers affected"),
        (
            line(left=1440, confidence=0.54, decided=False),
            "breaches in 1 d; P3, only 54 % sure it is Billing",
        ),
        (line(left=0.2, customers_affected=1), "breaches in 1 min; P3"),
        (line(left=119.4), "breaches in 119 min; P3"),
        (line(left=119.6), "breaches in 2 h; P3"),
        (line(left=-3 * 1440), "breached 3 d ago; P3"),
        (line(confidence=0.54), "breaches in 60 min; P3"),
        (line(confidence=0.54, decided=False, answered=True), "breaches in 60 min; P3"),
        (line(confidence=0.0, decided=False), "breaches in 60 min; P3, a person should say which team"),
        (line(confidence=0.97, decided=False), "breaches in 60 min; P3, a person should say which team"),
        (line(category="spam_or_automatic"), "no answer needed"),
        (
            line(category="spam_or_automatic", confidence=0.5, decided=False),
            "breaches in 60 min; P3, only 50 % sure it is Spam or automatic",
        ),
    ],
)
def test_each_mail_says_why_it_stands_where_it_stands(mail, said, taxonomy):
    assert queue_reason(mail, NOON, taxonomy, 0.7) == said


def test_the_threshold_that_a_lead_has_set_tells_whether_it_was_too_unsure(taxonomy):
    mail = line(confidence=0.8, decided=False)
    assert queue_reason(mail, NOON, taxonomy, 0.9).endswith(
        f"only 80 % sure it is {taxonomy.category(mail.category).name}"
    )
    assert queue_reason(mail, NOON, taxonomy, 0.7).endswith("a person should say which team")


def test_the_reason_of_a_real_decision_is_told(classifier, taxonomy):
    [made] = classifier.predict([Email(subject="", body="All our sites are offline and nobody can work since six.")])
    assert made.priority_reason, "lifted by an outage"
    real = replace(
        SURE,
        category=made.category,
        priority=made.priority,
        priority_reason=made.priority_reason,
        respond_by=response_due(taxonomy.category(made.category), made.priority, NOON, taxonomy),
    )
    assert queue_reason(real, NOON, taxonomy, 0.7) == f"breaches in 60 min; {made.priority_reason}"


def test_twenty_thousand_mails_are_ordered_and_explained_in_a_moment(taxonomy):
    lines = many(20_000)
    started = thread_time()
    order_by_cost(lines, NOON, taxonomy)
    ordered = thread_time()
    for one in lines:
        queue_reason(one, NOON, taxonomy, 0.7)
    assert ordered - started < 1
    assert thread_time() - ordered < 1


def many(count):
    random = np.random.default_rng(0)
    kinds = random.choice(["billing", "spam_or_automatic", "praise", "strange"], count)
    left, sure = random.integers(-3_000, 3_000, count).tolist(), random.random(count).tolist()
    return [
        line(
            f"{i * 7919 % count:05}",
            f"P{1 + i % 4}",
            left[i],
            category=str(kinds[i]),
            confidence=sure[i],
            decided=sure[i] > 0.5,
        )
        for i in range(count)
    ]
