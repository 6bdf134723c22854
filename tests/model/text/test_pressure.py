"""Typed pressure is blanked out, and nothing else, every character staying in its place."""

import re
from itertools import groupby
from random import Random

import pytest

from data import corpus
from model.text.normalize import fold_case
from model.text.pressure import add_pressure, blank_pressure

WORD = re.compile(r"[\w']+")
ODD = [
    "",
    "URGENT",
    "URGENT!!! Where is İt? ASAP",
    "ΟΔΟΣ İ ﬁne ß “Right away”, s’il vous plaît 😀 A.S.A.P.\u00a0now\u2028here\x00",
    "'" * 50 + "_" * 50,
    "asap " * 4_000,
]


@pytest.fixture(scope="module")
def rules(taxonomy):
    return taxonomy.pressure


@pytest.fixture(scope="module")
def mails(rules):
    """400 emails of the corpus, every second one under pressure."""
    random, examples = Random(0), corpus.read_corpus()[::20][:400]
    assert len(examples) == 400
    return [e.text if i % 2 else add_pressure(e.subject, e.body, rules, random) for i, e in enumerate(examples)]


@pytest.fixture(scope="module")
def slow(rules):
    """The same in one alternation of all phrases, the longest first; an apostrophe belongs to its word."""
    phrases = sorted((WORD.findall(phrase) for phrase in rules.phrases), key=lambda found: -len("".join(found)))
    letters = lambda word: "".join(re.escape(letter) + "+" for letter, _ in groupby(word))  # noqa: E731
    any_phrase = "|".join(r"[\W_]+".join(map(letters, phrase)) for phrase in phrases)
    pattern = re.compile(rf"(?<![\w'])(?:{any_phrase})(?![\w'])")

    def blanked(text):
        plain = "".join(
            c if c.isalnum() or c in "_'" or c.isspace() else " " for c in fold_case(text).replace("’", "'")
        )
        return pattern.sub(lambda found: " " * len(found.group()), plain)

    return blanked


def test_every_character_stays_in_its_place(rules, mails):
    for text in [*mails, *ODD]:
        calmed, folded = blank_pressure(text, rules), fold_case(text).replace("’", "'")
        assert len(calmed) == len(text)
        assert all(c in (" ", f) for c, f in zip(calmed, folded, strict=True))


@pytest.mark.parametrize(
    "phrase",
    [
        "urgent",
        "Urgent",
        "URGENTTTTT",
        "uuurrrgent",
        "asap",
        "A.S.A.P",
        "a s a p",
        "A-S-A-P",
        "right away",
        "RIGHT AWAAAAY",
        "right... away",
        "right\n away",
        "it's urgent",
        "it’s urgent",
        "as a matter of urgency",
    ],
)
def test_a_phrase_is_blanked_however_it_is_typed(rules, phrase):
    before, after = "my invoice is wrong ", " and the total too"
    assert blank_pressure(f"{before}{phrase}{after}", rules) == before + " " * len(phrase) + after


@pytest.mark.parametrize(
    "text",
    ["hurricane", "the prontosaurus", "immediatelyish", "at oncology", "insurgent", "asapo", "right awayday", "it's"],
)
def test_words_that_merely_begin_or_end_alike_are_left(rules, text):
    assert blank_pressure(text, rules) == text


def test_of_two_phrases_that_begin_alike_the_longer_is_blanked(rules):
    assert {"hurry", "hurry up"} <= set(rules.phrases)
    assert blank_pressure("hurry up then", rules) == "         then"


def test_it_equals_one_alternation_of_all_phrases(rules, mails, slow):
    assert [blank_pressure(text, rules) for text in mails] == [slow(text) for text in mails]
    blanked = [text for text in mails if len(blank_pressure(text, rules).split()) < len(WORD.findall(text))]
    assert len(blanked) > 50, "there was something to blank"
