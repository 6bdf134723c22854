"""A candidate beside the model in use, as HTML."""

from html import escape

from data.schema import Email
from data.taxonomy import Taxonomy
from model.evaluation.reports import Interval
from model.training.comparison import Change, ComparisonReport, PairedAccuracy
from model.wording import percent
from pages.ui import html

HEAD = ("", "emails", "in use", "candidate", "won", "lost", "gain in points")


def compared(report: ComparisonReport, taxonomy: Taxonomy) -> str:
    """The share right of both on the same emails, whole sets first, then by category."""
    named = [(one.name.capitalize(), one) for one in report.compared]
    categories = [(taxonomy.category(one.name).name, one) for one in report.by_category]
    tables = _table(named, "Both models"), _table(categories, "Both models by category")
    return f'<div class="mr-row mr-top">{"".join(tables)}</div>'


def change(one: Change, email: Email, taxonomy: Taxonomy) -> str:
    """An email that would go elsewhere, whole, with where it went, where it would go, and what people say."""
    before, after = (escape(taxonomy.category(key).name) for key in (one.before, one.after))
    told = {True: ("decided", "For the better"), False: ("risk", "For the worse"), None: ("", "Can't be told")}
    kind, judged = told[one.better]
    truth = f" · people say {escape(taxonomy.category(one.truth).name)}" if one.truth else ""
    subject = f"<b>{escape(email.subject)}</b>\n" if email.subject else ""
    return (
        f'<div class="mr-change {kind}"><div class="mr-note"><b>{judged}</b> · {before} ({percent(one.sure)} sure) → '
        f'{after}{truth}</div><blockquote class="mr-quoted" dir="auto">{subject}{escape(email.body)}</blockquote></div>'
    )


def _table(rows: list[tuple[str, PairedAccuracy]], name: str) -> str:
    return html.scores(html.head(HEAD) + "".join(_row(*row) for row in rows), name)


def _row(name: str, one: PairedAccuracy) -> str:
    cells = (
        f"{one.emails:,}",
        percent(one.before.value),
        percent(one.after.value),
        one.won,
        one.lost,
        _points(one.gain),
    )
    return f'<tr><th scope="row">{escape(name)}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def _points(gain: Interval) -> str:
    low, value, high = (f"{100 * one:+.1f}" for one in (gain.low, gain.value, gain.high))
    return f'{value} <span class="mr-note">({low} to {high})</span>'
