"""Pieces of HTML that Streamlit has no element for. Whatever came from a mail is escaped here and nowhere else."""

from html import escape

from data.schema import Email, Prediction
from data.taxonomy import Category, Taxonomy
from model.explain import FAINTEST, Reasons
from model.features import READ_LIMIT
from model.report import Report


def marked(email: Email, found: Reasons | None) -> str:
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
    return f'<div class="mr-mail" dir="auto">{"".join(parts)}{unread}</div>'


def matrix(taxonomy: Taxonomy, made: Prediction | None = None) -> str:
    """Impact x urgency as a table; with a prediction its cell is filled, and its two levels are explained."""
    rules = taxonomy.priorities
    here = (made.impact, made.urgency) if made else None
    head = "".join(f'<th scope="col">{level}</th>' for level in rules.levels)
    rows = "".join(_row(urgency, rules.matrix[urgency], here) for urgency in reversed(rules.levels))
    table = (
        f'<table class="mr-matrix"><tr><th></th><th colspan="{len(rules.levels)}">impact</th></tr>'
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


def scores(report: Report) -> str:
    """The model and the baselines beside it: share right and its 95 % interval."""
    rows = "".join(
        f'<tr><th scope="row">{escape(name.replace("_", " ").capitalize())}</th><td>{one.accuracy.value:.0%}</td>'
        f"<td>{one.accuracy.low:.0%} to {one.accuracy.high:.0%}</td><td>{one.macro_f1.value:.2f}</td>"
        f"<td>{one.calibration_error.value:.2f}</td></tr>"
        for name, one in report.candidates.items()
    )
    head = "".join(
        f'<th scope="col">{name}</th>' for name in ("", "right", "95 % interval", "macro-F1", "confidence off by")
    )
    return f'<table class="mr-scores"><tr>{head}</tr>{rows}</table>'


def targets(taxonomy: Taxonomy) -> str:
    """What each priority promises, in hours."""
    some = next(iter(taxonomy.categories.values()))
    rows = "".join(
        f'<tr><th scope="row">{level}</th><td>{hours.answer:g} h</td><td>{hours.solve:g} h</td></tr>'
        for level, hours in some.targets.items()
    )
    head = '<tr><th></th><th scope="col">first answer</th><th scope="col">solved within</th></tr>'
    return f'<table class="mr-matrix">{head}{rows}</table>'


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
