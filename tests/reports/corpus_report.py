"""What the corpus is like, by `make corpus-report`: tables into its datasheet, and two pictures into docs."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple
from itertools import pairwise
from random import Random
from textwrap import fill

import numpy as np

from data import corpus, public_datasets
from data.corpus import NO_CATEGORY, Example
from data.settings import ROOT
from model.evaluation.splits import UNKNOWN_INDUSTRIES, near_duplicates
from model.text.normalize import tokens
from tests.reports.corpus_pictures import Point, curve, draw

DATASHEET = corpus.CORPUS_FOLDER / "README.md"
PICTURES = ROOT / "docs"
START, END = "<!-- report: written by make corpus-report -->", "<!-- /report -->"
OURS, MAIL = "our corpus", "dev_mail"

SHORT = 12
SAMPLE = 10_000
DRAWS = 20


def main() -> None:
    """Measure, print, and write datasheet and pictures."""
    sets = {OURS: corpus.read_corpus(), **_public_sets()}
    ours, others = sets[OURS], sets.get(MAIL, [])
    points = curve(ours, others)
    parts = [comparison(sets), by_category(ours), industries(ours), families(ours), by_size(points)]
    report = "\n\n".join(parts)
    print(report)
    before, _, rest = DATASHEET.read_text("utf-8").partition(START)
    DATASHEET.write_text(f"{before}{START}\n{report}\n{END}{rest.partition(END)[2]}", "utf-8")
    draw(PICTURES, {name: lengths(sets[name]) for name in (OURS, MAIL) if name in sets}, points)


def _public_sets() -> dict[str, list[Example]]:
    """Those that lie beside the project, each whole."""
    readers: dict[str, Callable[[], list[Example]]] = {
        MAIL: public_datasets.read_dev_mail,
        "banking77": lambda: _unlabelled(public_datasets.read_banking77()),
        "clinc150": lambda: _unlabelled(public_datasets.read_clinc150()),
    }
    return {name: read() for name, read in readers.items() if (public_datasets.PUBLIC_FOLDER / name).is_dir()}


def _unlabelled(parts: Iterable[public_datasets.LabelledTexts]) -> list[Example]:
    return [Example(id="", subject="", body=text, category="") for texts, _ in parts for text in texts]


def comparison(sets: dict[str, list[Example]]) -> str:
    """Our corpus beside the public sets: one column each."""
    names = ("texts", "words a text: median", "mean", "5 % have at most", "25 %", "75 %", "95 %")
    names += (f"one-liners, at most {SHORT} words and no subject", "without subject")
    names += (f"different words in {SAMPLE:,}", f"different pairs of neighbours in {SAMPLE:,} words")
    names += ("have a look-alike in their own set", "of our texts have a look-alike in that set")
    columns = [[*_described(examples), _shared(sets[OURS], examples)] for examples in sets.values()]
    return "### Beside public sets\n\n" + _table(["", *sets], zip(names, *columns, strict=True))


def _described(examples: list[Example]) -> list[str]:
    length, texts = lengths(examples), [e.text for e in examples]
    bare = np.array([not e.subject for e in examples])
    alike = np.unique(np.concatenate(near_duplicates(texts)))
    spread = [f"{x:.0f}" for x in np.quantile(length, [0.05, 0.25, 0.75, 0.95])]
    return [
        *(f"{len(examples):,}", f"{np.median(length):.0f}", f"{length.mean():.0f}", *spread),
        *(_percent(((length <= SHORT) & bare).mean()), _percent(bare.mean())),
        *(f"{x:,.0f}" for x in variety(texts)),
        _percent(len(alike) / len(texts)),
    ]


def lengths(examples: Iterable[Example]) -> np.ndarray:
    """Words of each text, its subject among them, as they stand between spaces."""
    return np.array([len(e.text.split()) for e in examples])


def variety(texts: Sequence[str]) -> tuple[float, float]:
    """Different words, and pairs of neighbours within a text, in SAMPLE words of whole texts; the mean of DRAWS."""
    random, found = Random(0), [tokens(text) for text in texts]
    draws = [list(_sample(random.sample(found, len(found)))) for _ in range(DRAWS)]
    single = [len({word for one in draw for word in one}) for draw in draws]
    pairs = [len({pair for one in draw for pair in pairwise(one)}) for draw in draws]
    return float(np.mean(single)), float(np.mean(pairs))


def _sample(texts: Iterable[list[str]]) -> Iterator[list[str]]:
    left = SAMPLE
    for one in texts:
        yield one[:left]
        left -= len(one)
        if left <= 0:
            return


def _shared(ours: list[Example], theirs: list[Example]) -> str:
    if ours is theirs:
        return ""
    left, right = near_duplicates([e.text for e in ours + theirs])
    return str(len(np.unique(right[(right < len(ours)) & (left >= len(ours))])))


def by_category(examples: list[Example]) -> str:
    """One line a category."""
    head = ["category", "emails", "words, median", "families", "without subject", "with an `also`"]
    keys = sorted({e.category for e in examples}, key=lambda key: (key == NO_CATEGORY, key))
    rows = [_category_row(key, [e for e in examples if e.category == key]) for key in keys]
    rows.append(_category_row("all", examples))
    return "### By category\n\n" + _table([*head, "impact high", "urgency high"], rows)


def _category_row(key: str, part: list[Example]) -> list[str]:
    families = len({e.family for e in part})
    bare = _percent(sum(not e.subject for e in part) / len(part))
    marks = [(bool(e.also), e.impact == "high", e.urgency == "high") for e in part]
    counts = np.sum(marks, axis=0).tolist()
    return [key, f"{len(part):,}", f"{np.median(lengths(part)):.0f}", f"{families:,}", bare, *map(str, counts)]


def industries(examples: list[Example]) -> str:
    """How many emails each has; `general` where the text does not tell."""
    count = Counter(e.industry for e in examples)
    known = [f"{name} {number:,}" for name, number in count.most_common() if name not in UNKNOWN_INDUSTRIES]
    unknown = sum(count[name] for name in UNKNOWN_INDUSTRIES)
    return "### Industries\n\n" + fill(f"{len(known)}, and {unknown:,} `general`: {', '.join(known)}.", 120)


def families(examples: list[Example]) -> str:
    """How many, how large, and whether two of them look alike."""
    size = Counter(e.family for e in examples)
    pairs = zip(*near_duplicates([e.text for e in examples]), strict=True)
    alike = sum(examples[i].family != examples[j].family for i, j in pairs)
    single = sum(number == 1 for number in size.values())
    listed = f"{len(size):,}, {single:,} of them of one email, the largest of {max(size.values())}."
    return f"### Families\n\n{listed} Pairs of emails from different families that look alike: {alike}."


def by_size(points: Sequence[Point]) -> str:
    """What more emails bring; means, lowest and highest where several parts of one size were learned from."""
    head = ["emails", "industries not learned from", "surest 60 %", MAIL, "surest 60 %"]
    sizes = sorted({p.emails for p in points})
    rows = [[f"{size:,}", *_spread([p for p in points if p.emails == size])] for size in sizes]
    return "### What more emails bring\n\nThe share right.\n\n" + _table(head, rows)


def _spread(points: Sequence[Point]) -> list[str]:
    return [_mean_and_range(column) for column in list(zip(*map(astuple, points), strict=True))[1:]]


def _mean_and_range(values: Sequence[float]) -> str:
    if np.isnan(values).any():
        return ""
    return f"{np.mean(values):.3f}" + (f" ({min(values):.3f} to {max(values):.3f})" if len(values) > 1 else "")


def _percent(share: float) -> str:
    return f"{share:.1%}".replace("%", " %")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


if __name__ == "__main__":
    main()
