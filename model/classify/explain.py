"""Explains a category's score: the weight of each word for or against it."""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from model.text.n_grams import Span, char_spans, word_spans

if TYPE_CHECKING:
    from model.classify.classifier import Classifier


MIN_RELATIVE_WEIGHT = 0.08
"""Words whose weight is below this share of the strongest one's are not shown."""


@dataclass(frozen=True, slots=True)
class WordWeights:
    """A category's score taken apart: `base` plus the weights of all words adds up to `score` (a logit).

    `words` are (start, end, weight) in the text that was given, in its order; a weight below 0 spoke against.
    """

    base: float
    words: list[tuple[int, int, float]]
    score: float


def word_weights(text: str, category: str, classifier: "Classifier") -> WordWeights:
    """What each word of a text adds to a category's score; n-gram weights are summed back onto their words."""
    calm = classifier.calm(text)
    table, output = classifier.table, classifier.categories.index(category)
    kinds = (
        (table.word, word_spans(calm)),
        (table.char, ((gram, [span]) for gram, span in char_spans(calm))),
    )
    weights: Counter[Span] = Counter()
    for rows, occurrences in kinds:
        known = [(rows[gram], spans) for gram, spans in occurrences if gram in rows]
        _add_word_weights(weights, known, table.weights({row for row, _ in known}, output))
    calibrated = classifier.calibration.apply
    logits = {span: calibrated(weight) for span, weight in weights.items()}
    base = calibrated(float(table.bias[output]))
    return WordWeights(base, _merged(logits), base + sum(logits.values()))


def top_words(text: str, found: WordWeights, count: int = 5, least: int = 0) -> list[tuple[str, float]]:
    """The `count` words that spoke for the category most, then the `least` that spoke against it most.

    Each word comes once, folded, with its summed weight.
    """
    total: Counter[str] = Counter()
    for start, end, weight in found.words:
        total[text[start:end].strip(".,;:!?()\"'“”").lower()] += weight
    named = Counter({word: weight for word, weight in total.items() if any(map(str.isalpha, word))})
    weakest = MIN_RELATIVE_WEIGHT * max(map(abs, total.values()), default=0)
    ranked = [(word, weight) for word, weight in named.most_common() if abs(weight) > weakest]
    favour = [(word, weight) for word, weight in ranked if weight > 0]
    against = [(word, weight) for word, weight in ranked if weight < 0]
    return favour[:count] + against[len(against) - least :]


def _add_word_weights(weights: Counter[Span], known: list[tuple[int, list[Span]]], by_row: dict[int, float]) -> None:
    """Divide each n-gram's weight evenly among its occurrences, and that among the words of each."""
    times = Counter(row for row, _ in known)
    for row, spans in known:
        share = by_row[row] / times[row] / len(spans)
        for span in spans:
            weights[span] += share


def _merged(weights: dict[Span, float]) -> list[tuple[int, int, float]]:
    """One entry for each chunk between blanks: words found inside one are added to it."""
    merged: list[list] = []
    for (start, end), weight in sorted(weights.items(), key=lambda item: (item[0][0], -item[0][1])):
        if merged and start < merged[-1][1]:
            merged[-1][2] += weight
        else:
            merged.append([start, end, weight])
    return [(start, end, weight) for start, end, weight in merged]
