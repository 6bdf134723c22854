"""The findings of `make scores`, kept in one file that README, pages and API read; no figure is typed by hand."""

from pathlib import Path

import data
from data import corpus
from model.classify.second_opinion import ASK_BELOW
from model.evaluation.reports import BenchmarkScores, CandidateScores, Interval, LevelScores, Scores

PATH = Path(data.__file__).with_name("scores.json")
START, END = "<!-- scores: written by make scores -->\n", "<!-- /scores -->\n"


def read_scores(path: Path = PATH) -> BenchmarkScores | None:
    """The findings, or None where there are none, or none about the corpus as it is."""
    try:
        found = BenchmarkScores.model_validate_json(path.read_bytes())
    except (OSError, ValueError):
        return None
    return found if found.corpus_sha256 == corpus.corpus_sha256() else None


def write_scores(found: BenchmarkScores, path: Path = PATH) -> None:
    """Keep the findings."""
    path.write_text(found.model_dump_json(indent=1) + "\n", "utf-8")


def insert_scores(readme: str, found: BenchmarkScores) -> str:
    """A README with its part between the marks written anew."""
    before, rest = readme.split(START)
    _, after = rest.split(END)
    return f"{before}{START}{scores_markdown(found)}{END}{after}"


def scores_markdown(found: BenchmarkScores) -> str:
    """The findings as two tables and the sentences that belong to them."""
    ways = [
        ("random folds", found.random),
        ("no look-alikes learned from", found.grouped),
        ("industry not learned from", found.away),
        ("messages that others wrote", found.elsewhere),
    ]
    return (
        f"Measured on {found.made_on} on {found.emails:,} emails of our own. In brackets: 95 % intervals over groups "
        "of look-alikes.\n\n| tested on | emails | right | surest 60 % | confidence off by |\n| --- | --- | --- | --- "
        "| --- |\n"
        + "".join(_way(name, scores) for name, scores in ways if scores)
        + "\n| candidate | industry not learned from | others' messages | one email | emails a second | size |\n"
        "| --- | --- | --- | --- | --- | --- |\n"
        + "".join(map(_candidate, found.candidates))
        + _second(found)
        + _priority(found)
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


def _second(found: BenchmarkScores) -> str:
    if not found.second:
        return ""
    second = found.second
    asked = next(one for one in second.curve if one.below == ASK_BELOW)
    elsewhere = f", and on {_interval(second.elsewhere.accuracy)} of others' messages" if second.elsewhere else ""
    lost = min(min(by.values()) for by in (second.away_by_category, second.elsewhere_by_category) if by)
    return (
        f"\nWith the second opinion it is right on {_interval(second.away.accuracy)} of industries not learned from"
        f"{elsewhere}. It is asked about {asked.share:.0%} of mail, and a mail then takes {asked.mean_ms:.1f} ms on "
        f"average (p99 {asked.p99_ms:.0f} ms); it takes {second.memory_mb:.0f} MB of memory. The category that gains "
        f"least changes by {lost * 100:+.1f} points.\n"
    )


def _priority(found: BenchmarkScores) -> str:
    rows = "".join(map(_level, found.impact, found.urgency))
    return (
        "\n| priority by | impact right | impact macro-F1 | urgency right | urgency macro-F1 |\n"
        f"| --- | --- | --- | --- | --- |\n{rows}"
        f"\nOf {found.pressure_pairs} pairs of the same email, calm and under improvised pressure, "
        f"{found.pressure_moved} get another priority.\n"
    )


def _level(impact: LevelScores, urgency: LevelScores) -> str:
    figures = (impact.right, impact.macro_f1, urgency.right, urgency.macro_f1)
    return f"| {impact.name} | {' | '.join(f'{one.value:.3f}' for one in figures)} |\n"


def _interval(one: Interval) -> str:
    return f"{one.value:.3f} ({one.low:.3f} to {one.high:.3f})"
