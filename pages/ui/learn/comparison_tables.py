"""HTML that compares a candidate with the model in use."""

from html import escape

from data.schema import Email
from data.taxonomy import Taxonomy
from model.evaluation.reports import Interval
from model.training.comparison_report import ChangedEmail, ComparisonReport, PairedAccuracy
from model.wording import percent
from pages.ui import html

COLUMN_NAMES = ("", "emails", "in use", "candidate", "won", "lost", "gain in points")
JUDGEMENTS = {True: ("decided", "For the better"), False: ("risk", "For the worse"), None: ("", "Can't be told")}
"""CSS class and words, by whether the change is for the better."""


def comparison_tables(report: ComparisonReport, taxonomy: Taxonomy) -> str:
    """Accuracy of both models on the same emails: by set of emails, and by category."""
    sets = [(accuracy.name.capitalize(), accuracy) for accuracy in report.compared]
    categories = [(taxonomy.category(accuracy.name).name, accuracy) for accuracy in report.by_category]
    tables = _table(sets, "Both models") + _table(categories, "Both models by category")
    return f'<div class="mr-row mr-top">{tables}</div>'


def changed_email(change: ChangedEmail, email: Email, taxonomy: Taxonomy) -> str:
    """An email whose category would change: both categories, what people labelled it, and its text."""
    before, after = (escape(taxonomy.category(key).name) for key in (change.before, change.after))
    css_class, judgement = JUDGEMENTS[change.better]
    truth = f" · people say {escape(taxonomy.category(change.truth).name)}" if change.truth else ""
    subject = f"<b>{escape(email.subject)}</b>\n" if email.subject else ""
    return (
        f'<div class="mr-change {css_class}"><div class="mr-note"><b>{judgement}</b> · {before} '
        f"({percent(change.sure)} sure) → {after}{truth}</div>"
        f'<blockquote class="mr-quoted" dir="auto">{subject}{escape(email.body)}</blockquote></div>'
    )


def _table(rows: list[tuple[str, PairedAccuracy]], name: str) -> str:
    return html.wide_table(html.table_head(COLUMN_NAMES) + "".join(_row(*row) for row in rows), name)


def _row(name: str, accuracy: PairedAccuracy) -> str:
    cells = (
        f"{accuracy.emails:,}",
        percent(accuracy.before.value),
        percent(accuracy.after.value),
        accuracy.won,
        accuracy.lost,
        _points(accuracy.gain),
    )
    return f'<tr><th scope="row">{escape(name)}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def _points(gain: Interval) -> str:
    """A gain in percentage points with its interval."""
    low, value, high = (f"{100 * share:+.1f}" for share in (gain.low, gain.value, gain.high))
    return f'{value} <span class="mr-note">({low} to {high})</span>'
