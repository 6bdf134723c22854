"""What an order saves: three mails by hand, a naive simulation to agree with, and numbers that show where it harms."""

from dataclasses import replace
from datetime import timedelta
from time import thread_time

import numpy as np
import pytest

from data.mail import QueueItem
from data.taxonomy import read_taxonomy
from data.working_hours import DAYS, parse_working_hours
from model.priority.queue import LOOK_AHEAD, lateness_weights, order_by_cost, tardiness_cost
from model.priority.simulation import (
    answer_times_by_arrival,
    answer_times_by_cost,
    emails_to_answer,
    people_needed,
    simulate_shift,
)
from tests.conftest import NOON

MAIL = QueueItem("a", NOON, "", "", None, "billing", "", "P3", "", NOON, 1.0, True, False, "", "", "")
ALWAYS = parse_working_hours(dict.fromkeys(DAYS, "0:00-24:00"), "hours")
HOURS = {"P1": 1, "P2": 4, "P3": 8, "P4": 24}


@pytest.fixture(scope="module")
def taxonomy():
    """The shipped one, with a desk that never closes."""
    return replace(read_taxonomy(), desk_hours=ALWAYS)


def mail(id, priority, came=0.0, **other):
    """A mail that came so many minutes after noon and is due by its priority."""
    at = NOON + timedelta(minutes=came)
    due = at + timedelta(hours=HOURS[priority])
    return replace(MAIL, **{"id": id, "priority": priority, "at": at, "respond_by": due, **other})


def naive(at, due, weight, people, takes):
    """By the second of the clock: whoever is free computes the cost of all that has come, and takes the highest."""
    done, free, left = np.zeros(len(at), int), [0] * people, set(range(len(at)))
    for now in range(int(at.max()) + takes * len(at) + 1):
        for person in range(people):
            come = np.array([i for i in sorted(left) if at[i] <= now], int)
            if free[person] > now or not len(come):
                continue
            index = tardiness_cost(weight[come], (due[come] - now) / 60, takes / 60)
            i = int(come[np.lexsort((come, due[come], -index.round(9)))[0]])
            left.remove(i)
            done[i] = free[person] = now + takes
    return done


@pytest.mark.parametrize("seed", range(40))
def test_the_heaps_answer_in_the_order_of_a_naive_simulation(seed):
    random = np.random.default_rng(seed)
    count, takes = int(random.integers(1, 30)), int(random.integers(1, 9))
    at = random.integers(0, random.integers(1, 60), count)
    due = at + random.integers(0, 90, count)
    weight = random.choice([24.0, 6.0, 3.0, 1.0, 1e-9], count)
    people = int(random.integers(1, 4))
    assert (
        answer_times_by_cost(at, due, weight, people, takes).tolist() == naive(at, due, weight, people, takes).tolist()
    )


@pytest.mark.parametrize("seed", range(10))
def test_one_person_answers_an_old_export_in_the_order_that_is_shown_as_long_as_nothing_falls_due(seed, taxonomy):
    random = np.random.default_rng(seed)
    lines = [mail(f"{i:02}", f"P{random.integers(2, 5)}", confidence=random.random()) for i in range(30)]
    shown = order_by_cost(lines, NOON, taxonomy, 1)
    assert [one.id for one in shown] == answered_in_turn(lines, taxonomy)


def answered_in_turn(lines, taxonomy):
    due = np.array([(line.respond_by - NOON).total_seconds() for line in lines], int)
    done = answer_times_by_cost(np.zeros(len(lines), int), due, lateness_weights(lines, taxonomy), 1, 60)
    return [lines[i].id for i in np.argsort(done)]


def test_the_first_to_come_is_answered_first_and_nobody_is_idle_while_mail_waits():
    assert answer_times_by_arrival(np.array([0, 50, 1, 2]), 2, 10).tolist() == [10, 60, 11, 20]
    assert answer_times_by_arrival(np.array([3, 3, 3]), 1, 10).tolist() == [13, 23, 33]


def test_nobody_is_interrupted_and_nobody_knows_what_will_come():
    at, due = np.array([0, 1]), np.array([1_000, 11])
    assert answer_times_by_cost(at, due, np.array([1.0, 24.0]), 1, 10).tolist() == [10, 20]


def test_people_share_the_work_and_start_no_mail_before_it_came():
    at = np.array([5, 5, 5])
    assert sorted(answer_times_by_cost(at, at + 100, np.ones(3), 2, 10).tolist()) == [15, 15, 25]


def test_an_outage_behind_ten_trifles_is_saved(taxonomy):
    lines = [mail(f"a{i:02}", "P4") for i in range(10)] + [mail("b", "P1")]
    shift = simulate_shift(lines, 1, 6, taxonomy)
    assert shift.breached_by_arrival == {"P1": 1, "P4": 0}
    assert shift.breached_by_cost == {"P1": 0, "P4": 0}
    assert (shift.answered, shift.avoided, shift.mail) == (11, 1, {"P1": 1, "P4": 10})
    assert shift.wait_by_arrival == {"P1": 66, "P4": 33}
    assert shift.wait_by_cost == {"P1": 6, "P4": 39}


def test_an_answer_at_the_very_minute_is_in_time(taxonomy):
    """The tenth answer of six minutes ends when the hour does, whatever fraction of a second the mail came at."""
    came = 0.123456 / 60
    lines = [mail(f"{i:02}", "P1", came) for i in range(11)]
    assert simulate_shift(lines[:10], 1, 6, taxonomy).breached_by_cost == {"P1": 0}
    assert simulate_shift(lines, 1, 6, taxonomy).breached_by_arrival == {"P1": 1}


def test_where_nobody_is_late_nothing_is_avoided(taxonomy):
    shift = simulate_shift([mail("a", "P1"), mail("b", "P4")], 2, 6, taxonomy)
    assert shift.avoided == sum(shift.breached_by_arrival.values()) == 0


def test_more_breaches_are_shown_as_such(taxonomy):
    """Among mail that is late already the heavier goes first: a P1 that can't be saved costs three P4 their time."""
    trifles = [mail(f"a{i}", "P4", respond_by=NOON + timedelta(minutes=6 * (i + 1))) for i in range(3)]
    lost = [mail(f"b{i}", "P1", respond_by=NOON) for i in range(3)]
    shift = simulate_shift(trifles + lost, 1, 6, taxonomy)
    assert shift.breached_by_arrival == {"P1": 3, "P4": 0}
    assert shift.breached_by_cost == {"P1": 3, "P4": 3}
    assert shift.avoided == -3


def test_a_wait_counts_from_when_the_mail_came(taxonomy):
    shift = simulate_shift([mail("a", "P3"), mail("b", "P2", came=30), mail("c", "P2", came=30)], 1, 6, taxonomy)
    assert shift.wait_by_arrival == shift.wait_by_cost == {"P2": 9, "P3": 6}


def test_nobody_answers_while_the_desk_is_closed(taxonomy):
    """The desk closes at 18:00 and opens at 8:00: what came at 17:57 is answered three minutes into the morning."""
    desk = replace(taxonomy, desk_hours=read_taxonomy().desk_hours)
    evening = NOON + timedelta(minutes=5 * 60 + 57)
    late = mail("a", "P3", at=evening, respond_by=evening + timedelta(hours=22))
    night = mail("b", "P1", at=evening + timedelta(hours=3), respond_by=evening + timedelta(hours=4))
    shift = simulate_shift([late, night], 1, 6, desk)
    assert (shift.mail, shift.wait_by_cost) == ({"P3": 1}, {"P3": 6}), "what cannot wait is for whoever is on call"
    assert people_needed([late] * 81, 6, desk.desk_hours) == 2


def test_mail_that_needs_no_answer_is_no_work(taxonomy):
    spam = [mail(f"s{i}", "P4", category="spam_or_automatic") for i in range(50)]
    guess = mail("t", "P4", category="spam_or_automatic", decided=False)
    lines = [*spam, mail("z", "P1"), guess]
    assert [one.id for one in emails_to_answer(lines, taxonomy)] == ["z", "t"]
    shift = simulate_shift(lines, 1, 6, taxonomy)
    assert (shift.answered, shift.mail) == (2, {"P1": 1, "P4": 1})
    assert shift.wait_by_cost["P1"] == 6


def test_no_mail_is_no_work(taxonomy):
    shift = simulate_shift([], 3, 6, taxonomy)
    assert (shift.answered, shift.avoided, shift.mail, shift.wait_by_cost) == (0, 0, {}, {})


@pytest.mark.parametrize(("people", "minutes"), [(0, 6), (-1, 6), (1, 0), (1, -6)])
def test_somebody_has_to_answer_and_it_takes_time(people, minutes, taxonomy):
    with pytest.raises(ValueError, match=f"{people} people, {minutes} minutes"):
        simulate_shift([mail("a", "P1")], people, minutes, taxonomy)


@pytest.mark.parametrize(
    ("count", "hours", "people"),
    [
        (0, 0, 1),
        (1, 0, 1),
        (80, 0, 1),
        (81, 0, 2),
        (204, 24, 1),
        (205, 24, 2),
        (2_041, 240, 2),
        (800, 1 / 60, 10),
    ],
)
def test_people_keep_up_at_85_per_cent_or_get_through_a_burst_in_a_working_day(count, hours, people):
    """80 answers of 6 minutes are a working day; 204 are 85 % of a day and a night."""
    lines = [mail(str(i), "P3", 60 * hours * i / max(1, count - 1)) for i in range(count)]
    assert people_needed(lines, 6, ALWAYS) == people


def test_too_much_mail_costs_no_outage_its_time_and_fewer_breaches_in_all(taxonomy):
    """Three days of a fifth more mail than three people can answer: without order every other P1 and P2 is late."""
    shift = simulate_shift(days(3, 2_592), 3, 6, taxonomy)
    late = shift.breached_by_cost
    assert shift.breached_by_arrival["P1"] > shift.mail["P1"] / 2
    assert late["P1"] == late["P2"] == 0
    assert shift.avoided > sum(shift.breached_by_arrival.values()) / 2
    assert late["P4"] > shift.breached_by_arrival["P4"], "this is who pays for it"


def test_on_such_days_fewer_are_late_than_with_a_shorter_or_a_longer_look_ahead():
    random = np.random.default_rng(0)
    at = np.sort(random.integers(0, 3 * 86_400, 2_592))
    priority = random.choice(4, len(at), p=[0.05, 0.15, 0.6, 0.2])
    due, weight = at + np.array([1, 4, 8, 24])[priority] * 3_600, np.array([24.0, 6, 3, 1])[priority]
    late = {
        ahead: int((answer_times_by_cost(at, due, weight, 3, 360, ahead) > due).sum())
        for ahead in (1, 3, LOOK_AHEAD, 30)
    }
    assert min(late, key=late.get) == LOOK_AHEAD


def test_twenty_thousand_mails_are_answered_in_a_moment(taxonomy):
    lines = days(30, 20_000)
    people = people_needed(lines, 6, ALWAYS)
    started = thread_time()
    assert simulate_shift(lines, people, 6, taxonomy).answered == 20_000
    assert thread_time() - started < 2


def days(count, mails):
    random = np.random.default_rng(0)
    came = random.random(mails) * count * 24 * 60
    priority = random.choice(list(HOURS), mails, p=[0.05, 0.15, 0.6, 0.2])
    return [mail(f"{i:05}", str(priority[i]), float(came[i])) for i in range(mails)]
