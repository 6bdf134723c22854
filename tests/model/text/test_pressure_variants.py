"""Every kind of typed pressure is put around an email, whose own words stay."""

import pytest

from data import corpus
from data.schema import Email
from model.text.normalize import tokens
from model.text.pressure_variants import PRESSURE_KINDS, pressure_variants

EMAILS = [
    *(Email(subject=e.subject, body=e.body) for e in corpus.read_corpus()[::100]),
    Email(subject="Parcel", body="Where is my parcel?", sender="ana@example.com", customers_affected=12),
    Email(subject="", body="two payments, order 4471\n\n-- \nAna"),
]


def holds(whole, part):
    """Whether the part stands in the whole, in one piece."""
    return any(whole[i : i + len(part)] == part for i in range(len(whole) - len(part) + 1))


@pytest.mark.parametrize("kind", PRESSURE_KINDS)
def test_the_words_stay_and_the_text_changes(kind):
    for email in EMAILS:
        loud = dict(pressure_variants(email))[kind]
        assert holds(tokens(loud.body), tokens(email.body))
        assert holds(tokens(loud.subject), tokens(email.subject))
        assert loud.text != email.text


def test_each_kind_is_another_text():
    for email in EMAILS:
        assert len({loud.text for _, loud in pressure_variants(email)}) == len(PRESSURE_KINDS)
        assert [kind for kind, _ in pressure_variants(email)] == list(PRESSURE_KINDS)


def test_the_facts_beside_the_text_stay():
    for email in EMAILS:
        for _, loud in pressure_variants(email):
            assert (loud.sender, loud.customers_affected) == (email.sender, email.customers_affected)
