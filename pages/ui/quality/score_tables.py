"""HTML tables of the Quality page."""

from collections.abc import Callable, Sequence
from html import escape

from data.schema import Prediction
from model.confidence.threshold import THRESHOLDS, TeamCosts, cheapest_week, week_costs
from model.evaluation.reports import BenchmarkScores, CandidateScores
from pages.ui import html

CANDIDATE_COLUMNS: dict[str, Callable[[CandidateScores], str]] = {
    "right, industry not seen": lambda one: f"{one.away.accuracy.value:.1%}",
    "macro-F1": lambda one: f"{one.away.macro_f1.value:.2f}",
    "right, others' messages": lambda one: f"{one.elsewhere.accuracy.value:.1%}" if one.elsewhere else "not measured",
    "confidence off by": lambda one: f"{one.away.calibration_error.value:.1%}",
    "one email": lambda one: f"{one.single_ms:.2g} ms",
    "emails a second": lambda one: f"{one.batch:,.0f}",
    "file": lambda one: f"{one.size_mb:.2g} MB",
    "training": lambda one: f"{one.fit_s:.1f} s",
    "first answer": lambda one: f"{one.start_s:.1f} s",
}
"""The text of each cell, by the heading of its column."""


def candidate_table(candidates: Sequence[CandidateScores], costs: TeamCosts | None) -> str:
    """The model candidates, one a row; with costs also what a week costs at each one's cheapest threshold."""
    rows = "".join(_candidate_row(candidate, costs) for candidate in candidates)
    head = html.table_head(("", *CANDIDATE_COLUMNS, "cost a week"))
    return html.wide_table(f"{head}{rows}", "The candidates side by side")


def _candidate_row(candidate: CandidateScores, costs: TeamCosts | None) -> str:
    cost = f"{_cheapest_cost(candidate, costs):,.0f}" if costs else "…"
    texts = (*(text(candidate) for text in CANDIDATE_COLUMNS.values()), cost)
    name = f'{escape(candidate.name)}<br><span class="mr-note">{escape(candidate.what)}</span>'
    return f'<tr><th scope="row">{name}</th>{"".join(f"<td>{text}</td>" for text in texts)}</tr>'


def _cheapest_cost(candidate: CandidateScores, costs: TeamCosts) -> float:
    weeks = [
        week_costs(threshold, share, wrong, costs)
        for threshold, (share, wrong) in zip(THRESHOLDS, candidate.outcomes, strict=True)
    ]
    return cheapest_week(weeks).money


def level_table(benchmark: BenchmarkScores) -> str:
    """Accuracy and macro-F1 on impact and urgency, of the model and of the baselines."""
    head = html.table_head(("", "impact right", "macro-F1", "urgency right", "macro-F1"))
    rows = "".join(
        f'<tr><th scope="row">{escape(impact.name)}</th><td>{impact.right.value:.0%}</td>'
        f"<td>{impact.macro_f1.value:.0%}</td><td>{urgency.right.value:.0%}</td>"
        f"<td>{urgency.macro_f1.value:.0%}</td></tr>"
        for impact, urgency in zip(benchmark.impact, benchmark.urgency, strict=True)
    )
    return html.wide_table(f"{head}{rows}", "Impact and urgency")


def pressure_table(calm: Prediction, variants: Sequence[tuple[str, Prediction]]) -> str:
    """The priority of an email as typed, and with each kind of pressure added, by that kind's name."""
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{prediction.priority}</td>'
        f"<td>{'the same' if prediction.priority == calm.priority else '<b>moved</b>'}</td></tr>"
        for name, prediction in variants
    )
    return f'<table class="mr-scores"><tr><th scope="row">Calm</th><td>{calm.priority}</td><td></td></tr>{rows}</table>'
