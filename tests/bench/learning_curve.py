"""Is the continuation of the learning curve to be believed? Measured on messages of others."""

from random import Random

import numpy as np

from data import corpus, public_datasets, taxonomy
from model.training import learning_curve
from model.training.dataset import build_dataset
from model.training.fit import count_dataset_ngrams

OURS = 1_500
FIRST = 300
MORE = (50, 100, 300)
SEEDS = range(6, 12)
"""Others than those by which `learning_curve.BEND_SCALES` was chosen."""


def main() -> None:
    """Fit on the first labels, foretell what more of them bring, and compare with what came."""
    print(f"Learning curve fitted on {FIRST} labels of dev_mail, beside {OURS:,} emails of our own")
    errors = {more: [] for more in MORE}
    held = {more: [] for more in MORE}
    for seed in SEEDS:
        for more, (told, came) in _simulated(seed).items():
            errors[more].append(told.value - came)
            held[more].append(told.low <= came <= told.high)
            said = f"told {told.value:+.1%} ({told.low:+.1%} to {told.high:+.1%}), came {came:+.1%}"
            print(f"  seed {seed}, {more} more: {said}")
    for more in MORE:
        mean = np.abs(errors[more]).mean()
        print(
            f"{more} more labels: off by {mean:.1%} on average, interval held {sum(held[more])} of {len(SEEDS)} times"
        )


def _simulated(seed: int) -> dict:
    random = Random(seed)
    ours, others = random.sample(corpus.read_corpus(), OURS), public_datasets.read_dev_mail()
    random.shuffle(others)
    categories = taxonomy.read_taxonomy()
    measured = learning_curve.measure_curve(ours, others[:FIRST], categories, learning_curve.curve_sizes(FIRST))
    data = build_dataset([*ours, *others], categories)
    grams = count_dataset_ngrams(data)
    held_out = np.arange(OURS + FIRST + max(MORE), len(data.texts))
    held_out = held_out[
        data.inside[held_out] & ~np.isin(data.group[held_out], data.group[OURS : OURS + FIRST + max(MORE)])
    ]
    right = {
        n: learning_curve._hits(data, grams, np.arange(OURS + n), held_out).mean()
        for n in (FIRST, *(FIRST + m for m in MORE))
    }
    return {more: (learning_curve.expected_gain(measured, more), right[FIRST + more] - right[FIRST]) for more in MORE}


if __name__ == "__main__":
    main()
