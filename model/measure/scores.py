"""Everything that can be said of how good it is, measured anew: `python -m model.measure.scores`."""

import sys
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from operator import attrgetter
from pathlib import Path
from time import perf_counter

import numpy as np

from data import corpus, public, taxonomy
from data.schema import Email
from data.taxonomy import Taxonomy
from model import encoder, evaluate, findings
from model.classifier import Classifier
from model.dataset import Dataset, dataset
from model.evidence import Evidence, judged
from model.fitting import FOLDS, Answers, answers, counted, fit
from model.groups import industry_folds
from model.measure import yardsticks
from model.measure.candidates import candidates
from model.measure.cascade import second_opinion
from model.measure.race import race, shipped
from model.report import Findings, Measured
from model.train import SEED

README = Path(__file__).parents[2] / "README.md"
PAIRS = taxonomy.PATH.with_name("pressure_pairs.toml")
FEWEST = 30
"""Emails that an industry needs for a line of its own."""


def measure(rules: Taxonomy, today: date, say: Callable[[str], None]) -> Findings:
    """Train on our corpus and measure everything; what needs public data is None where that is missing."""
    examples = corpus.read()
    say("the model and its folds")
    started = perf_counter()
    fitted = fit(examples, rules, SEED, jobs=-1)
    fit_s = perf_counter() - started
    classifier, away = fitted.classifier, fitted.evidence(fitted.away)
    others = public.dev_mail() if public.FOLDER.is_dir() else []
    elsewhere = judged(classifier, others) if others else None
    say("random folds")
    chance = fitted.evidence(_by_chance(fitted.data))
    say("public yardsticks")
    outside = yardsticks.outside(classifier, away, elsewhere)
    category, industry = attrgetter("category"), attrgetter("industry")
    pairs = tomllib.loads(PAIRS.read_text("utf-8"))["pair"]
    return Findings(
        corpus_sha256=corpus.sha256(),
        made_on=today,
        emails=len(examples),
        random=evaluate.scores(chance),
        grouped=evaluate.scores(fitted.evidence(fitted.grouped)),
        away=evaluate.scores(away),
        elsewhere=elsewhere and evaluate.scores(elsewhere),
        by_category=evaluate.by_part(away, category),
        by_industry=evaluate.by_part(away, industry, FEWEST),
        elsewhere_by_category=elsewhere and evaluate.by_part(elsewhere, category),
        elsewhere_by_source=elsewhere and evaluate.by_part(elsewhere, industry),
        elsewhere_answers=_answers(elsewhere),
        shortlist_away=evaluate.shortlist(away, classifier.least_share),
        shortlist_elsewhere=elsewhere and evaluate.shortlist(elsewhere, classifier.least_share),
        novelty=outside,
        banking77=yardsticks.banking77() if others else None,
        clinc150=yardsticks.clinc150() if others else None,
        impact=yardsticks.levels(fitted.data, fitted.grouped.impact, fitted.data.impact),
        urgency=yardsticks.levels(fitted.data, fitted.grouped.urgency, fitted.data.urgency),
        pressure_pairs=len(pairs),
        pressure_moved=_moved(classifier, pairs),
        candidates=[*_candidates(fitted.data, elsewhere, rules, say), shipped(fitted, fit_s, away, elsewhere)],
        second=second_opinion(examples, rules, others, away, elsewhere, say) if encoder.installed() else None,
    )


def _by_chance(data: Dataset) -> Answers:
    """Answers of models that may well have seen look-alikes: the split that everybody reports."""
    from sklearn.model_selection import StratifiedKFold

    split = list(StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(data.category, data.category))
    return answers(data, counted(data), np.zeros((len(data.texts), 0)), split, jobs=-1)


def _answers(elsewhere: Evidence | None) -> list[tuple[float, float, bool]] | None:
    if elsewhere is None:
        return None
    columns = zip(elsewhere.confidence, elsewhere.novelty, elsewhere.hit, strict=True)
    return [(round(float(sure), 4), round(float(novelty), 4), bool(hit)) for sure, novelty, hit in columns]


def _moved(classifier: Classifier, pairs: list[dict[str, str]]) -> int:
    """How many pairs have another priority under typed pressure."""
    plain, loud = (
        classifier.predict([Email(subject=p[f"{kind}_subject"], body=p[f"{kind}_body"]) for p in pairs])
        for kind in ("plain", "pressed")
    )
    return sum(a.priority != b.priority for a, b in zip(plain, loud, strict=True))


def _candidates(
    data: Dataset, elsewhere: Evidence | None, rules: Taxonomy, say: Callable[[str], None]
) -> Iterator[Measured]:
    ours = data.only(data.inside)
    split = industry_folds(ours.industry, ours.group, FOLDS)
    others = elsewhere and dataset(elsewhere.inside.examples, rules, categories=ours.categories)
    for one in candidates(rules):
        say(f"candidate: {one.name}")
        yield race(one, ours, split, others)


def main() -> int:
    """The command line: measure, keep, and write the README's part."""
    rules = taxonomy.read()
    found = measure(rules, datetime.now(UTC).date(), lambda what: print(f"Measuring {what} …", file=sys.stderr))
    findings.write(found)
    README.write_text(findings.into(README.read_text("utf-8"), found), "utf-8")
    print(findings.markdown(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
