"""Agreement between people, against published examples, numbers worked out by hand and other implementations."""

import math
from time import perf_counter

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from model.agreement import Agreement, CategoryAgreement, Confusion, PairAgreement, Said, agreement

pytestmark = pytest.mark.filterwarnings("error")

PEOPLE = ("ann", "bob", "cem", "dee", "eve")
KINDS = ("a", "b", "c")


def table(*rows):
    """What people said, a row of one-letter categories for each person, an email a column; a dot is nothing."""
    return [
        Said(f"{i}", person, category)
        for person, row in zip(PEOPLE, rows, strict=False)
        for i, category in enumerate(row)
        if category != "."
    ]


def alike(random, emails, kinds=KINDS, people=2, sure=0.8):
    """Everybody knows the truth with that probability and else says anything: alpha and kappa are its square."""
    truth = random.integers(len(kinds), size=emails)
    know = random.random((people, emails)) < sure
    said = np.where(know, truth, random.integers(len(kinds), size=(people, emails)))
    return table(*(["".join(kinds[i] for i in row) for row in said]))


def intervals(found):
    """All the intervals of an agreement, of those that there are."""
    every = found.alpha, *(row.alpha for row in found.categories), *(pair.kappa for pair in found.pairs)
    return [one for one in every if one]


@pytest.mark.parametrize(
    ("rows", "alpha"),
    [
        (("0100000010", "1110010000"), 0.095),
        (("aabbdcccedda", "babbbccceddd"), 0.692),
        (("123321412...", "1233224125.3", ".3332342251.", "12332441251."), 0.743),
    ],
    ids=["two people, binary", "two people, nominal", "four people, some missing"],
)
def test_alpha_is_that_of_the_examples_in_krippendorff_2011(rows, alpha):
    assert agreement(table(*rows), "").alpha.value == pytest.approx(alpha, abs=0.0005)


def test_a_small_table_comes_out_as_worked_out_by_hand():
    """Alpha: 2 of 6 coincidences differ, 18 / 5 would by chance. Kappa: 2 of 3 agree, 4 of 9 would by chance."""
    found = agreement(table("aba", "abb"), KINDS)
    assert (found.emails, found.unanimous) == (3, pytest.approx(2 / 3))
    assert found.alpha.value == pytest.approx(1 - 2 / 3.6)
    assert found.pairs[0].kappa.value == pytest.approx((2 / 3 - 4 / 9) / (1 - 4 / 9))
    assert found.confusions == (Confusion("a", "b", 1),)


def test_a_category_is_judged_against_all_others_together():
    """Of the c or not, 2 of 8 coincidences differ, 2 x 3 x 5 / 7 would by chance; a and b are one."""
    found = agreement(table("abcc", "bacb"), KINDS)
    by_name = {row.category: row for row in found.categories}
    assert by_name["c"].alpha.value == pytest.approx(1 - 2 / (30 / 7))
    assert by_name["c"].alpha.value > found.alpha.value
    assert [(row.category, row.emails) for row in found.categories] == [("a", 2), ("b", 3), ("c", 2)]


def test_kappa_is_that_of_two_people_on_the_emails_that_both_labelled():
    rows = "aabbdcccedda..", "babbbcccedddab", "..........abab"
    pairs = {(pair.first, pair.second): pair for pair in agreement(table(*rows), "").pairs}
    assert [pair.emails for pair in pairs.values()] == [12, 2, 4]
    assert pairs["ann", "bob"].kappa.value == pytest.approx(cohen_kappa_score(list(rows[0][:12]), list(rows[1][:12])))
    assert pairs["bob", "cem"].kappa.value == pytest.approx(cohen_kappa_score(list(rows[1][10:]), list(rows[2][10:])))


def test_a_pair_that_never_met_is_left_out():
    found = agreement(table("ab..", "abab", "..ab"), KINDS)
    assert [(pair.first, pair.second) for pair in found.pairs] == [("ann", "bob"), ("bob", "cem")]


def test_a_confusion_counts_an_email_once_whoever_said_which():
    found = agreement(table("abcaa", "baabb", "bbab."), KINDS)
    assert found.confusions == (Confusion("a", "b", 4), Confusion("a", "c", 1))


def test_emails_that_one_person_labelled_play_no_part():
    rows = "abcab", "abbab"
    assert agreement(table(*(row + "c." for row in rows)), KINDS) != agreement(table(*rows), KINDS)
    assert agreement(table(rows[0] + "cc", rows[1] + ".."), KINDS) == agreement(table(*rows), KINDS)


def test_a_category_that_is_not_listed_counts_over_all_without_a_row():
    said = table("abxx", "abxa")
    found, listed = agreement(said, "ab"), agreement(said, "abx")
    assert found.alpha == listed.alpha
    assert found.categories == listed.categories[:2]


def test_the_order_in_which_things_were_said_does_not_matter():
    said = alike(np.random.default_rng(0), 40, people=3)
    one, other = agreement(said, KINDS), agreement(sorted(said, key=lambda one: int(one.email_id)), KINDS)
    assert one == other


@pytest.mark.parametrize("seed", range(5))
def test_the_rounds_are_of_the_same_coefficients_as_the_values(seed, monkeypatch):
    """A round that draws every email once must give the value, which libraries compute."""
    monkeypatch.setattr("model.agreement._draws", lambda n, seed: np.ones((1, n)))
    random = np.random.default_rng(seed)
    said = alike(random, 30, people=4)
    some = [one for one in said if random.random() < 0.7]
    for one in intervals(agreement(some, KINDS)):
        assert one.low == one.high == pytest.approx(one.value)


def test_nineteen_intervals_in_twenty_hold_the_truth():
    random, held = np.random.default_rng(1), []
    for _ in range(300):
        found = agreement(alike(random, 150), KINDS)
        held.append(
            [one.low <= 0.8**2 <= one.high for one in (found.alpha, found.categories[0].alpha, found.pairs[0].kappa)]
        )
    share = np.mean(held, axis=0)
    assert (share > 0.91).all(), share
    assert (share < 0.985).all(), share


def test_an_interval_narrows_by_half_with_four_times_the_emails():
    random = np.random.default_rng(2)
    few, many = (agreement(alike(random, count), KINDS) for count in (200, 800))
    for one, other in ((few.alpha, many.alpha), (few.pairs[0].kappa, many.pairs[0].kappa)):
        assert 0.35 < (other.high - other.low) / (one.high - one.low) < 0.7


def test_the_same_labels_give_the_same_intervals_and_another_seed_gives_others():
    said = alike(np.random.default_rng(3), 50)
    assert agreement(said, KINDS) == agreement(said, KINDS)
    assert agreement(said, KINDS, seed=1).alpha.low != agreement(said, KINDS).alpha.low


def test_without_an_email_that_two_labelled_there_is_nothing_to_tell():
    assert agreement([], KINDS) is None
    assert agreement(table("abcabc"), KINDS) is None
    assert agreement(table("abc...", "...abc"), KINDS) is None


def test_saying_the_same_always_tells_nothing_of_agreement():
    rows = CategoryAgreement("a", 9, None), CategoryAgreement("b", 0, None), CategoryAgreement("c", 0, None)
    pairs = (PairAgreement("ann", "bob", 9, None),)
    assert agreement(table("a" * 9, "a" * 9), KINDS) == Agreement(9, 1.0, None, rows, pairs, ())


def test_one_email_tells_nothing_of_agreement_and_still_shows_the_confusion():
    found = agreement(table("a", "b"), KINDS)
    assert (found.emails, found.unanimous, found.alpha, found.pairs[0].kappa) == (1, 0, None, None)
    assert found.confusions == (Confusion("a", "b", 1),)


def test_two_emails_that_are_agreed_on_do_not_give_certainty():
    found = agreement(table("ab", "ab"), KINDS)
    for one in (found.alpha, found.categories[0].alpha, found.pairs[0].kappa):
        assert (one.value, one.low, one.high) == (1, 0, 1)


def test_a_rare_category_that_is_agreed_on_once_is_not_certain_either():
    row = agreement(table("c" + "ab" * 20, "c" + "ab" * 20), KINDS).categories[2]
    assert (row.emails, row.alpha.value, row.alpha.low) == (1, 1, 0)


def test_a_person_who_labelled_one_email_has_no_kappa_but_counts_over_all():
    without, found = agreement(table("abc", "abb"), KINDS), agreement(table("abc", "abb", "b.."), KINDS)
    assert [(pair.emails, pair.kappa is None) for pair in found.pairs] == [(3, False), (1, True), (1, True)]
    assert found.alpha.value < without.alpha.value
    assert found.unanimous == pytest.approx(1 / 3)


def test_total_disagreement_is_below_chance():
    found = agreement(table("abab", "baba"), KINDS)
    assert found.pairs[0].kappa.value == -1
    assert found.alpha.value < -0.5
    assert found.unanimous == 0


@pytest.mark.parametrize("emails", [1, 2, 3, 5])
@pytest.mark.parametrize("people", [2, 3, 5])
def test_few_labels_give_numbers_that_can_be_drawn_or_none(emails, people):
    random = np.random.default_rng(emails * people)
    for sure in (0, 0.5, 1) * 5:
        found = agreement(alike(random, emails, people=people, sure=sure), KINDS)
        for one in intervals(found):
            assert math.isfinite(one.value)
            assert -math.inf < one.low <= one.value <= one.high <= 1


def test_a_thousand_emails_of_five_people_take_moments():
    said = alike(np.random.default_rng(4), 1000, kinds="abcdefghijklmno", people=5)
    twice = [one for one in said if (int(one.email_id) - PEOPLE.index(one.by)) % 5 < 2]
    started = perf_counter()
    found = agreement(twice, "abcdefghijklmno")
    assert perf_counter() - started < 5
    assert (found.emails, len(found.pairs), len(found.categories)) == (1000, 5, 15)
    assert found.alpha.low < 0.8**2 < found.alpha.high
