"""Agreement is what it is in the literature, has an interval, and says nothing where nothing can be said."""

import numpy as np
import pytest

from data.schema import Label
from model.labelling.agreement import cohen_kappa, krippendorff_alpha, measure_agreement
from tests.conftest import NOON


def said(*rows):
    """Labels from (email, person, category)."""
    return [
        Label(id=str(i), email_id=email, by=by, at=NOON, category=category)
        for i, (email, by, category) in enumerate(rows)
    ]


def pair(ana, ben):
    """What two people said of the same emails, a letter each."""
    both = [
        (str(i), by, category)
        for i, two in enumerate(zip(ana, ben, strict=True))
        for by, category in zip("ab", two, strict=True)
    ]
    return measure_agreement(said(*both))


def test_alpha_is_that_of_the_published_example():
    """Krippendorff (2011), example C: four observers, twelve units with gaps, nominal alpha 0.743."""
    observers = ["12332141 2...".replace(" ", "2"), "123322412.5.", ".33323412521"[:12], "12332441251."]
    observers = [
        "1 2 3 3 2 1 4 1 2 . . .",
        "1 2 3 3 2 2 4 1 2 5 . 3",
        ". 3 3 3 2 3 4 2 2 5 1 .",
        "1 2 3 3 2 4 4 1 2 5 1 .",
    ]
    rows = [row.split() for row in observers]
    labels = [(str(u), str(o), row[u]) for o, row in enumerate(rows) for u in range(12) if row[u] != "."]
    assert measure_agreement(said(*labels)).alpha.value == pytest.approx(0.743, abs=0.0005)


def test_kappa_is_scikit_learns():
    from sklearn.metrics import cohen_kappa_score, confusion_matrix

    random = np.random.default_rng(0)
    one, other = random.integers(4, size=200), random.integers(4, size=200)
    other[:120] = one[:120]
    assert cohen_kappa(confusion_matrix(one, other)) == pytest.approx(cohen_kappa_score(one, other))


def test_by_hand():
    """Eight of ten alike, each person half x: chance is one half, kappa (0.8 - 0.5) / (1 - 0.5)."""
    found = pair("xxxxxyyyyy", "xxxxyyyyyx")
    assert (found.emails, found.agreed) == (10, 0.8)
    [two] = found.pairs
    assert (two.people, two.emails, two.agreed) == (("a", "b"), 10, 0.8)
    assert two.kappa.value == pytest.approx(0.6)
    assert found.confused == [(("x", "y"), 2)]


def test_the_interval_narrows_with_more_emails():
    few, many = pair("xxyyzz" * 3, "xyyyzz" * 3), pair("xxyyzz" * 60, "xyyyzz" * 60)
    wide, narrow = (one.alpha.high - one.alpha.low for one in (few, many))
    assert narrow < wide / 2
    assert many.alpha.low < many.alpha.value < many.alpha.high


def test_a_category_that_people_tell_apart_scores_above_one_that_they_do_not():
    found = pair("xxxxyyzz" * 5, "xxxxyzzy" * 5)
    assert found.by_category["x"].alpha.value == 1
    assert found.by_category["y"].alpha.value < 0.6
    assert (found.by_category["x"].emails, found.by_category["y"].emails) == (20, 15)


def test_one_category_only_tells_nothing():
    found = pair("xxxx", "xxxx")
    assert found.alpha is None
    assert found.by_category["x"].alpha is None
    assert found.pairs[0].kappa is None
    assert found.agreed == 1


def test_without_two_people_on_one_email_there_is_nothing_to_say():
    assert measure_agreement([]) is None
    assert measure_agreement(said(("1", "a", "x"), ("2", "b", "x"))) is None


def test_what_a_lead_settled_is_no_agreement():
    labels = said(("1", "a", "x"), ("1", "b", "y"))
    settled = Label(id="s", email_id="1", by="b", at=NOON, category="x", kind="settle")
    assert measure_agreement([*labels, settled]) == measure_agreement(labels)


def test_few_emails_are_no_certainty():
    two = pair("xy", "xy").alpha
    assert (two.low, two.value) == (0, 1)
    assert pair("xy", "yx").alpha.value < 0
    assert pair("x", "y").alpha is None
    rare = pair("x" + "y" * 40, "x" + "y" * 40).by_category["x"].alpha
    assert (rare.low, rare.value) == (0, 1)


def test_the_order_of_the_labels_does_not_matter():
    labels = said(*[(str(i), by, "xyz"[(i + (by == "b" and i % 4 == 0)) % 3]) for i in range(50) for by in "ab"])
    assert measure_agreement(labels) == measure_agreement(labels[::-1])


@pytest.mark.parametrize("table", [[[2, 0], [0, 2]], [[1, 1], [1, 1]]])
def test_alpha_of_a_table(table):
    assert krippendorff_alpha(np.array(table)) == pytest.approx(1 if table[0][0] == 2 else -0.5)
