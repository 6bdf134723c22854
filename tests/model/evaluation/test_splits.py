"""Look-alikes stay on one side of every split."""

import numpy as np
import pytest

from data.corpus import read_corpus
from model.evaluation.splits import duplicate_groups, grouped_folds, industry_folds, near_duplicates
from tests.support.look_alikes import look_alikes

PARCEL = "My parcel has not arrived and the tracking page has shown nothing since Monday"


def test_near_duplicates_are_found_whatever_their_distance():
    texts = [
        PARCEL,
        *(f"{word} mail about something else entirely {word * 3}" for word in "abcdefg"),
        PARCEL + " morning",
    ]
    assert list(zip(*near_duplicates(texts, 0.7), strict=True))[-1] == (8, 0)


def test_near_duplicates_are_found_across_blocks():
    texts = [f"{i:04d} {i * 7919:08d} {i * 104729:010d}" for i in range(600)]
    texts[3] = texts[577] = PARCEL
    assert list(zip(*near_duplicates(texts, 0.9), strict=True)) == [(577, 3)]


def test_near_duplicates_across_two_lists_are_those_of_both_lists_together():
    some, others = ([one.text for one in read_corpus()[start::40]] for start in (0, 1))
    pairs = zip(*(side.tolist() for side in near_duplicates([*some, *others], 0.2)), strict=True)
    found = look_alikes(some, others, 0.2)
    assert set(found) == {(j, i - len(some)) for i, j in pairs if j < len(some) <= i}
    assert found


def test_families_and_their_near_duplicates_are_one_group():
    group = duplicate_groups(
        [PARCEL, "cancel my plan", PARCEL + " now", "stop my plan", "lovely hotel"], ["", "f", "", "f", ""]
    )
    assert group[0] == group[2]
    assert group[1] == group[3]
    assert len(set(group)) == 3


def test_no_group_straddles_a_fold():
    truth = np.repeat(["a", "b"], 60)
    group = np.arange(120) // 3
    for train, test in grouped_folds(truth, group, 5, seed=1):
        assert not set(group[train]) & set(group[test])


def test_no_industry_and_no_look_alike_straddles_a_fold_of_industries():
    industry = np.array(["", "general", "bank", "shop", "farm", "hotel", "airline"])[np.arange(140) % 7]
    group = np.arange(140) // 2  # each pair of look-alikes is of two industries
    parts = industry_folds(industry, group, 5)
    for train, test in parts:
        assert set(industry[train]) & set(industry[test]) <= {"", "general"}
        assert not set(group[train]) & set(group[test])
        assert set(industry[train]) >= {"", "general"}
    assert sorted(np.concatenate([test for _, test in parts])) == list(range(140))


def test_too_few_examples_of_a_category_are_named():
    with pytest.raises(ValueError, match="Category b has 2 separate examples, and 5 are the least"):
        grouped_folds(np.array(["a"] * 10 + ["b"] * 4), np.array([*range(10), 10, 10, 11, 11]), 5, seed=0)
