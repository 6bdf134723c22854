"""The public sets have the sizes that their READMEs tell."""

from collections import Counter

from data import public_datasets
from data.corpus import NO_CATEGORY


def test_dev_mail(shared, taxonomy):
    mail = public_datasets.read_dev_mail(shared)
    count = Counter(example.category for example in mail)
    uneven = {
        "how_to": 128,
        "feature_request": 6,
        "praise": 140,
        "security_privacy": 120,
        "spam_or_automatic": 135,
        NO_CATEGORY: 35,
    }
    even = set(taxonomy.categories) - {*uneven, "job_application"}
    assert count == {**uneven, **dict.fromkeys(even, 150)}
    assert len(mail) == len({example.id for example in mail}) == 1_764
    assert all(example.text.strip() for example in mail)
    assert {also for example in mail for also in example.also} <= {*taxonomy.categories, NO_CATEGORY}


def test_the_industry_of_dev_mail_is_its_source(shared):
    count = Counter(example.industry for example in public_datasets.read_dev_mail(shared))
    assert sorted(count.values()) == [48, 135, 236, 323, 347, 675]


def test_banking77(shared):
    train, test = public_datasets.read_banking77(shared)
    for (texts, labels), rows in ((train, 10_003), (test, 3_080)):
        assert len(texts) == len(labels) == rows
        assert all(text.strip() for text in texts)
    assert set(Counter(test[1]).values()) == {40}
    assert set(train[1]) == set(test[1])
    assert len(set(train[1])) == 77


def test_clinc150(shared):
    train, test = public_datasets.read_clinc150(shared)
    for (texts, labels), inside, outside in ((train, 15_000, 100), (test, 4_500, 940)):
        assert len(texts) == len(labels) == inside + outside
        assert labels.count("oos") == outside
        assert len(set(labels) - {"oos"}) == 150
