"""Runs all benchmarks and writes their results: `python -m model.benchmark`."""

import sys
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from operator import attrgetter
from time import perf_counter

import numpy as np

from data import corpus, public_datasets
from data.schema import Email
from data.settings import ROOT
from data.taxonomy import TAXONOMY_FILE, Taxonomy, read_taxonomy
from model.benchmark import public_benchmarks
from model.benchmark.candidate_scores import score_candidate, score_shipped
from model.benchmark.candidates import all_candidates
from model.benchmark.second_opinion_gain import score_second_opinion
from model.classify import encoder
from model.classify.classifier import Classifier
from model.evaluation import metrics, scores_file
from model.evaluation.held_out import HeldOutPredictions, predict_held_out
from model.evaluation.reports import BenchmarkScores, CandidateScores
from model.evaluation.splits import industry_folds
from model.training.dataset import Dataset, build_dataset
from model.training.fit import FOLDS, OutOfFoldOutputs, count_dataset_ngrams, cross_validate, fit_model
from model.training.train import SEED

PAGES = {ROOT / "README.md": scores_file.summary_markdown, ROOT / "docs" / "evaluation.md": scores_file.scores_markdown}
"""The pages that show scores, and what writes the part between their marks."""

PRESSURE_PAIRS_FILE = TAXONOMY_FILE.with_name("pressure_pairs.toml")
MIN_INDUSTRY_EMAILS = 30
"""Emails that an industry needs for a score of its own."""


def measure_all(taxonomy: Taxonomy, today: date, report_progress: Callable[[str], None]) -> BenchmarkScores:
    """Train on our corpus and run all benchmarks; those on public data are None where it is missing."""
    examples = corpus.read_corpus()
    report_progress("the model and its folds")
    started = perf_counter()
    fitted = fit_model(examples, taxonomy, SEED, jobs=-1)
    fit_s = perf_counter() - started
    classifier, away = fitted.classifier, fitted.held_out(fitted.by_industry)
    others = public_datasets.read_dev_mail() if public_datasets.PUBLIC_FOLDER.is_dir() else []
    elsewhere = predict_held_out(classifier, others) if others else None
    report_progress("random folds")
    random = fitted.held_out(_random_folds(fitted.data))
    report_progress("public yardsticks")
    novelty = public_benchmarks.novelty_auroc(classifier, away, elsewhere)
    category, industry = attrgetter("category"), attrgetter("industry")
    pairs = tomllib.loads(PRESSURE_PAIRS_FILE.read_text("utf-8"))["pair"]
    return BenchmarkScores(
        corpus_sha256=corpus.corpus_sha256(),
        made_on=today,
        emails=len(examples),
        random=metrics.compute_scores(random),
        grouped=metrics.compute_scores(fitted.held_out(fitted.by_group)),
        away=metrics.compute_scores(away),
        elsewhere=elsewhere and metrics.compute_scores(elsewhere),
        by_category=metrics.accuracy_by_part(away, category),
        by_industry=metrics.accuracy_by_part(away, industry, MIN_INDUSTRY_EMAILS),
        elsewhere_by_category=elsewhere and metrics.accuracy_by_part(elsewhere, category),
        elsewhere_by_source=elsewhere and metrics.accuracy_by_part(elsewhere, industry),
        elsewhere_answers=_elsewhere_answers(elsewhere),
        shortlist_away=metrics.shortlist_coverage(away, classifier.least_share),
        shortlist_elsewhere=elsewhere and metrics.shortlist_coverage(elsewhere, classifier.least_share),
        novelty=novelty,
        banking77=public_benchmarks.banking77_accuracy() if others else None,
        clinc150=public_benchmarks.clinc150_auroc() if others else None,
        impact=public_benchmarks.score_levels(fitted.data, fitted.by_group.impact, fitted.data.impact),
        urgency=public_benchmarks.score_levels(fitted.data, fitted.by_group.urgency, fitted.data.urgency),
        pressure_pairs=len(pairs),
        pressure_moved=_changed_priorities(classifier, pairs),
        candidates=[
            *_candidates(fitted.data, elsewhere, taxonomy, report_progress),
            score_shipped(fitted, fit_s, away, elsewhere),
        ],
        second=score_second_opinion(examples, taxonomy, others, away, elsewhere, report_progress)
        if encoder.encoder_installed()
        else None,
    )


def _random_folds(data: Dataset) -> OutOfFoldOutputs:
    """Out-of-fold outputs on random folds, where near-duplicates may be in the training part."""
    from sklearn.model_selection import StratifiedKFold

    split = list(StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(data.category, data.category))
    return cross_validate(data, count_dataset_ngrams(data), np.zeros((len(data.texts), 0)), split, jobs=-1)


def _elsewhere_answers(elsewhere: HeldOutPredictions | None) -> list[tuple[float, float, bool]] | None:
    if elsewhere is None:
        return None
    columns = zip(elsewhere.confidence, elsewhere.novelty, elsewhere.hit, strict=True)
    return [(round(float(sure), 4), round(float(novelty), 4), bool(hit)) for sure, novelty, hit in columns]


def _changed_priorities(classifier: Classifier, pairs: list[dict[str, str]]) -> int:
    """How many pairs of emails get different priorities with and without typed pressure."""
    plain, pressed = (
        classifier.predict([Email(subject=p[f"{kind}_subject"], body=p[f"{kind}_body"]) for p in pairs])
        for kind in ("plain", "pressed")
    )
    return sum(a.priority != b.priority for a, b in zip(plain, pressed, strict=True))


def _candidates(
    data: Dataset, elsewhere: HeldOutPredictions | None, taxonomy: Taxonomy, report_progress: Callable[[str], None]
) -> Iterator[CandidateScores]:
    ours = data.only(data.inside)
    split = industry_folds(ours.industry, ours.group, FOLDS)
    others = elsewhere and build_dataset(elsewhere.inside.examples, taxonomy, categories=ours.categories)
    for one in all_candidates(taxonomy):
        report_progress(f"candidate: {one.name}")
        yield score_candidate(one, ours, split, others)


def main() -> int:
    """The command line: measure, write data/scores.json, and the parts of README and docs/evaluation.md."""
    taxonomy = read_taxonomy()
    scores = measure_all(taxonomy, datetime.now(UTC).date(), lambda what: print(f"Measuring {what} …", file=sys.stderr))
    scores_file.write_scores(scores)
    for page, markdown in PAGES.items():
        page.write_text(scores_file.insert_scores(page.read_text("utf-8"), markdown(scores)), "utf-8")
    print(scores_file.scores_markdown(scores))
    return 0
