"""Pieces of HTML that Streamlit has no element for. Whatever came from a mail is escaped here and nowhere else."""

from collections.abc import Callable, Sequence
from html import escape

from data.schema import Email, Prediction
from data.taxonomy import Category, Taxonomy
from model.classify.explain import FAINTEST, WordWeights
from model.confidence.threshold import THRESHOLDS, TeamCosts, cheapest_week, week_costs
from model.evaluation.reports import BenchmarkScores, CandidateScores
from model.text.normalize import READ_LIMIT

RACE: dict[str, Callable[[CandidateScores], str]] = {
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
"""What is told of a candidate, column by column."""

QUOTED = 600
"""Characters of an email that a list of them shows."""


def marked(email: Email, found: WordWeights | None) -> str:
    """The email as text, the words that spoke for the category marked by strength."""
    text = email.text[:READ_LIMIT]
    strongest = max((weight for *_, weight in found.words), default=0) if found else 0
    parts, position = [], 0
    for start, end, weight in found.words if strongest > 0 else ():
        if weight >= FAINTEST * strongest:
            push = f"--push:{weight / strongest:.2f}"
            parts.append(escape(text[position:start]))
            parts.append(f'<mark style="{push}" title="{weight:+.2f}">{escape(text[start:end])}</mark>')
            position = end
    parts.append(escape(text[position:]))
    rest = len(email.text) - len(text)
    unread = f"\n\n<i>… {rest:,} more characters, which were not read.</i>" if rest else ""
    return mail(f"{''.join(parts)}{unread}")


def mail(drawn: str) -> str:
    """An email that has been escaped, in a box that scrolls where it is long."""
    return f'<div class="mr-mail" dir="auto" tabindex="0" role="group" aria-label="The email">{drawn}</div>'


def matrix(taxonomy: Taxonomy, made: Prediction | None = None) -> str:
    """Impact x urgency as a table; with a prediction its cell is filled, and its two levels are explained."""
    rules = taxonomy.priorities
    here = (made.impact, made.urgency) if made else None
    head = "".join(f'<th scope="col">{level}</th>' for level in rules.levels)
    rows = "".join(_row(urgency, rules.matrix[urgency], here) for urgency in reversed(rules.levels))
    table = (
        f'<table class="mr-matrix"><tr><td></td><th colspan="{len(rules.levels)}">impact</th></tr>'
        f"<tr><th>urgency</th>{head}</tr>{rows}</table>"
    )
    return f'<div class="mr-row">{table}{_levels(made, taxonomy) if made else ""}</div>'


def category(one: Category) -> str:
    """A category as a card: name, team, definition, examples."""
    examples = "".join(f"<li>{escape(example)}</li>" for example in one.examples)
    return (
        f'<div class="mr-card"><b>{escape(one.name)}</b> <span class="mr-note">Team {escape(one.team)}</span>'
        f"<p>{escape(one.definition)}</p><ul>{examples}</ul></div>"
    )


def candidates(measured: Sequence[CandidateScores], desk: TeamCosts | None) -> str:
    """The candidates as a table; with a desk also what a week costs at each one's own cheapest setting."""
    rows = "".join(_candidate(one, desk) for one in measured)
    return scores(f"{head(('', *RACE, 'cost a week'))}{rows}", "The candidates side by side")


def _candidate(one: CandidateScores, desk: TeamCosts | None) -> str:
    cost = "…"
    if desk:
        weeks = [week_costs(t, *pair, desk) for t, pair in zip(THRESHOLDS, one.outcomes, strict=True)]
        cost = f"{cheapest_week(weeks).money:,.0f}"
    cells = "".join(f"<td>{cell}</td>" for cell in (*(text(one) for text in RACE.values()), cost))
    name = f'{escape(one.name)}<br><span class="mr-note">{escape(one.what)}</span>'
    return f'<tr><th scope="row">{name}</th>{cells}</tr>'


def levels(found: BenchmarkScores) -> str:
    """Impact and urgency: the share right and macro-F1 of the model and of what it has to beat."""
    names = head(("", "impact right", "macro-F1", "urgency right", "macro-F1"))
    rows = "".join(
        f'<tr><th scope="row">{escape(impact.name)}</th>'
        + "".join(
            f"<td>{one.value:.0%}</td>" for one in (impact.right, impact.macro_f1, urgency.right, urgency.macro_f1)
        )
        + "</tr>"
        for impact, urgency in zip(found.impact, found.urgency, strict=True)
    )
    return scores(f"{names}{rows}", "Impact and urgency")


def pressures(calm: Prediction, loud: Sequence[tuple[str, Prediction]]) -> str:
    """The priority of an email, calm and under each kind of pressure, with a word where it moved."""
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{made.priority}</td>'
        f"<td>{'the same' if made.priority == calm.priority else '<b>moved</b>'}</td></tr>"
        for name, made in loud
    )
    return f'<table class="mr-scores"><tr><th scope="row">Calm</th><td>{calm.priority}</td><td></td></tr>{rows}</table>'


def head(names: Sequence[str]) -> str:
    """The first row of a table; a column without a name has no heading."""
    return f"<tr>{''.join(f'<th scope=col>{escape(name)}</th>' if name else '<td></td>' for name in names)}</tr>"


def scores(rows: str, name: str, kind: str = "") -> str:
    """A table that scrolls sideways where there is no room for it."""
    return scrolled(f'<table class="mr-scores {kind}">{rows}</table>', name, "wide")


def scrolled(drawn: str, name: str, kind: str = "list") -> str:
    """A named box that scrolls, by keyboard too: "wide" to the side, "list" downwards."""
    return f'<div class="mr-{kind}" tabindex="0" role="group" aria-label="{escape(name)}">{drawn}</div>'


def lines(sentences: Sequence[str]) -> str:
    """Sentences one below the other."""
    return "<br>".join(escape(one) for one in sentences)


def quoted(subject: str, body: str) -> str:
    """An email as a quiet block of text."""
    head = f"<b>{escape(subject)}</b><br>" if subject else ""
    return (
        f'<blockquote class="mr-quoted">{head}{escape(body[:QUOTED])}{"…" if len(body) > QUOTED else ""}</blockquote>'
    )


def field_error(message: str) -> str:
    """What is wrong with a field, to stand under it."""
    return f'<div class="mr-field-error" role="alert">{escape(message)}</div>'


def figures(cells: Sequence[tuple[str, str]]) -> str:
    """Numbers in a row, each with what it counts."""
    drawn = "".join(f"<div><b>{escape(value)}</b><span>{escape(what)}</span></div>" for value, what in cells)
    return f'<div class="mr-figures" role="status">{drawn}</div>'


def targets(taxonomy: Taxonomy) -> str:
    """What each priority promises, in hours."""
    some = next(iter(taxonomy.categories.values()))
    rows = "".join(
        f'<tr><th scope="row">{level}</th><td>{hours.answer:g} h</td><td>{hours.solve:g} h</td></tr>'
        for level, hours in some.targets.items()
    )
    return f'<table class="mr-matrix">{head(("", "first answer", "solved within"))}{rows}</table>'


def _levels(made: Prediction, taxonomy: Taxonomy) -> str:
    rules = taxonomy.priorities
    lifted = f"<br>Raised to <b>{made.priority}</b>: {escape(made.priority_reason)}." if made.priority_reason else ""
    return (
        f'<div class="mr-facts">Impact <b>{made.impact}</b>: {escape(rules.impact[made.impact])}<br>'
        f"Urgency <b>{made.urgency}</b>: {escape(rules.urgency[made.urgency])}{lifted}</div>"
    )


def _row(urgency: str, priorities: dict[str, str], here: tuple[str, str] | None) -> str:
    cells = "".join(
        f"<td{' aria-current=true' if (impact, urgency) == here else ''}>{priority}</td>"
        for impact, priority in priorities.items()
    )
    return f'<tr><th scope="row">{urgency}</th>{cells}</tr>'
