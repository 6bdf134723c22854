"""The corpus is whole, ours, and without look-alikes across families."""

from collections import Counter

import pytest

from data import corpus
from model.evaluation.splits import near_duplicates
from tests.support.look_alikes import look_alikes

EXAMPLES = corpus.read_corpus()


def test_there_are_enough_emails_of_each_category_and_of_none_each_complete(taxonomy):
    count = Counter(example.category for example in EXAMPLES)
    assert set(count) == {*taxonomy.categories, corpus.NO_CATEGORY}
    assert len(EXAMPLES) >= 2_000
    assert min(count.values()) >= 120
    assert count[corpus.NO_CATEGORY] >= 200
    assert not any(example.also for example in EXAMPLES if example.category == corpus.NO_CATEGORY)
    assert len({example.id for example in EXAMPLES}) == len(EXAMPLES)
    for example in EXAMPLES:
        assert example.body.strip()
        assert example.family
        assert example.industry
        assert {example.impact, example.urgency} <= set(taxonomy.priorities.levels)
        assert set(example.also) <= set(taxonomy.categories) - {example.category}


def test_families_are_small():
    assert max(Counter(example.family for example in EXAMPLES).values()) <= 4


def test_no_two_families_tell_it_alike():
    pairs = zip(*near_duplicates([example.text for example in EXAMPLES]), strict=True)
    strangers = [(EXAMPLES[i].id, EXAMPLES[j].id) for i, j in pairs if EXAMPLES[i].family != EXAMPLES[j].family]
    assert not strangers


def test_none_of_the_examples_to_try_is_in_the_corpus():
    import tomllib

    tried = tomllib.loads(corpus.CORPUS_FOLDER.with_name("examples.toml").read_text("utf-8"))["example"]
    texts = [example["body"] for example in tried]
    assert [side.tolist() for side in near_duplicates(texts, 0.3)] == [[], []]
    assert not look_alikes(texts, [example.body for example in EXAMPLES], 0.3)


def test_anybodys_csv_is_read_by_the_names_of_its_columns(tmp_path):
    path = tmp_path / "theirs.csv"
    path.write_text(
        'Message,Label,Title\n"where\nis it", parcels ,hi\n,parcels,no text\nhello,,\n\na,b,c,d\ntrail,parcels,,\n'
    )
    good, bad = corpus.read_labelled_csv(path)
    assert [(e.subject, e.body, e.category) for e in good] == [
        ("hi", "where\nis it", "parcels"),
        ("", "trail", "parcels"),
    ]
    assert bad == [
        "Line 4: body is empty: fill it in, or take the row out.",
        "Line 5: category is empty: fill it in, or take the row out.",
        "Line 7: there are more cells than columns: put quotes around those that hold a separator.",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encoding_and_separator_are_found_out(tmp_path, encoding, separator):
    path = tmp_path / "theirs.csv"
    path.write_bytes(f"text{separator}label\nWo bleibt die Tür?{separator}Lieferung für mich\n".encode(encoding))
    [example], _ = corpus.read_labelled_csv(path)
    assert (example.body, example.category) == ("Wo bleibt die Tür?", "Lieferung für mich")


def test_a_csv_without_the_column_says_what_it_may_be_called(tmp_path):
    path = tmp_path / "theirs.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match=r"No column for the body among: a, b\. Name one of them body, text, message"):
        corpus.read_labelled_csv(path)
