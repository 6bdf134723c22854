"""The emails that wait on the first visit are ours, written apart from the corpus, and their answers out of reach."""

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from data import corpus, public_datasets
from data.corpus import NO_CATEGORY
from data.sample_mail import SAMPLE_MAIL_FILE, sample_mail
from data.settings import ROOT
from model.evaluation.splits import near_duplicates
from tests.support.look_alikes import look_alikes

ANSWERS = tomllib.loads(Path(__file__).with_name("pool_answers.toml").read_text("utf-8"))["answer"]


def test_three_hundred_emails_wait_each_once():
    waiting = sample_mail()
    assert len(waiting) == 300
    assert len({one.id for one in waiting}) == 300
    assert all(re.search(r"[@.]example\.(com|org|net)$", one.email.sender) for one in waiting)


def test_the_app_never_holds_the_answers():
    rows = tomllib.loads(SAMPLE_MAIL_FILE.read_text("utf-8"))["email"]
    assert all(row.keys() == {"id", "subject", "sender", "body"} for row in rows)
    code = [path for folder in ("data", "model", "pages") for path in (ROOT / folder).rglob("*.py")]
    assert not [path for path in code if "pool_answers" in path.read_text("utf-8")]


def test_every_email_has_an_answer_of_the_taxonomy(taxonomy):
    assert [one["id"] for one in ANSWERS] == [one.id for one in sample_mail()]
    counts = Counter(one["category"] for one in ANSWERS)
    assert set(counts) == set(taxonomy.choices)
    assert min(counts.values()) >= 10
    assert counts[NO_CATEGORY] >= 25
    for one in ANSWERS:
        assert not one["also"] or one["also"] in taxonomy.choices
        assert one["impact"] in taxonomy.priorities.levels
        assert one["urgency"] in taxonomy.priorities.levels


TEXTS = [one.email.text for one in sample_mail()]


def test_none_resembles_another_or_an_email_of_the_corpus():
    assert [side.tolist() for side in near_duplicates(TEXTS, 0.5)] == [[], []]
    assert look_alikes(TEXTS, [one.text for one in corpus.read_corpus()], 0.5) == []


@pytest.mark.parametrize("name", ["dev_mail", "banking77", "clinc150"])
def test_none_is_taken_from_public_data(shared, name):
    found = getattr(public_datasets, f"read_{name}")()
    texts = [one.text for one in found] if name == "dev_mail" else [text for part in found for text in part[0]]
    assert look_alikes(TEXTS, texts, 0.6) == []
