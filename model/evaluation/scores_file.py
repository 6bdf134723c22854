"""The results of `make scores`: read from and written to data/scores.json, and as Markdown for the documentation."""

from pathlib import Path

import data
from data import corpus
from model.classify.second_opinion import ASK_BELOW
from model.evaluation.reports import (
    BenchmarkScores,
    CandidateScores,
    Interval,
    LevelScores,
    Scores,
    SecondOpinionScores,
)

SCORES_FILE = Path(data.__file__).with_name("scores.json")
SCORES_START, SCORES_END = "<!-- scores: written by make scores -->\n", "<!-- /scores -->\n"


def read_scores(path: Path = SCORES_FILE) -> BenchmarkScores | None:
    """The results in a file; None where it is missing or broken, or measured on another corpus than today's."""
    try:
        scores = BenchmarkScores.model_validate_json(path.read_bytes())
    except (OSError, ValueError):
        return None
    return scores if scores.corpus_sha256 == corpus.corpus_sha256() else None


def write_scores(scores: BenchmarkScores, path: Path = SCORES_FILE) -> None:
    """Write the results to a file."""
    path.write_text(scores.model_dump_json(indent=1) + "\n", "utf-8")


def insert_scores(page: str, markdown: str) -> str:
    """The page with the text between START and END replaced. Raises ValueError unless each mark stands there once."""
    before, rest = page.split(SCORES_START)
    _, after = rest.split(SCORES_END)
    return f"{before}{SCORES_START}{markdown}{SCORES_END}{after}"


def summary_markdown(scores: BenchmarkScores) -> str:
    """The README's part: accuracy of the shipped model in each way of testing, and with the second opinion."""
    second_opinion = f"{_second_opinion_accuracy(scores.second)}\n" if scores.second else ""
    return _ways_of_testing(scores) + second_opinion


def scores_markdown(scores: BenchmarkScores) -> str:
    """The part of docs/evaluation.md: the same, and the candidates, the cost of the second opinion, and priority."""
    return (
        _ways_of_testing(scores)
        + "\n| candidate | industry not learned from | others' messages | one email | emails a second | size |\n"
        "| --- | --- | --- | --- | --- | --- |\n"
        + "".join(map(_candidate, scores.candidates))
        + _second_opinion(scores)
        + _priority(scores)
    )


def _ways_of_testing(scores: BenchmarkScores) -> str:
    ways = [
        ("random folds", scores.random),
        ("no look-alikes learned from", scores.grouped),
        ("industry not learned from", scores.away),
        ("messages that others wrote", scores.elsewhere),
    ]
    return (
        f"Measured on {scores.made_on} on {scores.emails:,} emails of our own. In brackets: 95 % intervals over groups "
        "of look-alikes.\n\n| tested on | emails | accuracy | accuracy of the surest 60 % | calibration error |\n"
        "| --- | --- | --- | --- | --- |\n" + "".join(_way(name, one) for name, one in ways if one)
    )


def _way(name: str, scores: Scores) -> str:
    cells = (scores.accuracy, scores.surest, scores.calibration_error)
    return f"| {name} | {scores.emails:,} | {' | '.join(map(_interval, cells))} |\n"


def _candidate(one: CandidateScores) -> str:
    elsewhere = _interval(one.elsewhere.accuracy) if one.elsewhere else "not measured"
    return (
        f"| {one.name} | {_interval(one.away.accuracy)} | {elsewhere} | {one.single_ms:.2g} ms | {one.batch:,.0f} | "
        f"{one.size_mb:.2g} MB |\n"
    )


def _second_opinion_accuracy(second: SecondOpinionScores) -> str:
    elsewhere = f", and on {_interval(second.elsewhere.accuracy)} of others' messages" if second.elsewhere else ""
    return (
        f"\nWith the second opinion it is right on {_interval(second.away.accuracy)} of industries not learned from"
        f"{elsewhere}."
    )


def _second_opinion(scores: BenchmarkScores) -> str:
    if not scores.second:
        return ""
    second = scores.second
    asked = next(one for one in second.curve if one.below == ASK_BELOW)
    lost = min(min(by.values()) for by in (second.away_by_category, second.elsewhere_by_category) if by)
    return (
        f"{_second_opinion_accuracy(second)} It is asked about {asked.share:.0%} of mail, and a mail then takes "
        f"{asked.mean_ms:.1f} ms on average (p99 {asked.p99_ms:.0f} ms); it takes {second.memory_mb:.0f} MB of memory. "
        f"The category that gains least changes by {lost * 100:+.1f} points.\n"
    )


def _priority(scores: BenchmarkScores) -> str:
    rows = "".join(map(_level, scores.impact, scores.urgency))
    return (
        "\n| priority by | impact accuracy | impact macro-F1 | urgency accuracy | urgency macro-F1 |\n"
        f"| --- | --- | --- | --- | --- |\n{rows}"
        f"\nOf {scores.pressure_pairs} pairs of the same email, calm and under improvised pressure, "
        f"{scores.pressure_moved} get another priority.\n"
    )


def _level(impact: LevelScores, urgency: LevelScores) -> str:
    figures = (impact.right, impact.macro_f1, urgency.right, urgency.macro_f1)
    return f"| {impact.name} | {' | '.join(f'{one.value:.3f}' for one in figures)} |\n"


def _interval(one: Interval) -> str:
    return f"{one.value:.3f} ({one.low:.3f} to {one.high:.3f})"
