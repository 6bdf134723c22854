"""What the words add up to is the score."""

import tomllib

import pytest

from data import corpus
from model.classify.explain import top_words, word_weights

TRIED = tomllib.loads(corpus.CORPUS_FOLDER.with_name("examples.toml").read_text("utf-8"))["example"]
TEXTS = [example["body"] for example in TRIED] + [
    "",
    "Sent from my phone!!! Fix it.\n-- \nAna",
    "charged charged CHARGED",
    "don't re-send İ",
]


@pytest.mark.parametrize("text", TEXTS, ids=[text[:20] for text in TEXTS])
def test_base_and_words_add_up_to_the_score(classifier, text):
    [logits] = classifier.table.outputs([classifier.calm(text)])
    for row, category in enumerate(classifier.categories):
        found = word_weights(text, category, classifier)
        assert found.score == pytest.approx(logits[row] / classifier.calibration.temperature, abs=1e-4)
        assert found.base + sum(weight for *_, weight in found.words) == pytest.approx(found.score, abs=1e-4)


def test_spans_are_words_of_the_text_in_order(classifier):
    text = "Please check: my CARD was charged twice!"
    found = word_weights(text, "billing", classifier)
    assert [text[start:end] for start, end, _ in found.words] == text.replace(":", "").replace("!", "").split()


def test_the_strongest_words_come_first_and_those_against_last(classifier):
    text = "You charged my card twice for the March invoice. How do I open the parcel?"
    ranked = top_words(text, word_weights(text, "billing", classifier), count=2, least=1)
    assert ranked[0][1] >= ranked[1][1] > 0 > ranked[2][1]
    assert {"charged", "invoice"} & {word for word, _ in ranked}
