"""HTML that Streamlit has no element for and several pages use. What comes from a mail is escaped."""

from collections.abc import Sequence
from html import escape

from data.taxonomy import Category, Taxonomy

QUOTE_LENGTH = 600
"""Characters of an email that a list of emails shows."""


def email_box(escaped: str) -> str:
    """An email, escaped already, in a box that scrolls where it is long."""
    return f'<div class="mr-mail" dir="auto" tabindex="0" role="group" aria-label="The email">{escaped}</div>'


def quoted_email(subject: str, body: str) -> str:
    """An email as an indented block, cut after `QUOTE_LENGTH` characters of its body."""
    bold_subject = f"<b>{escape(subject)}</b><br>" if subject else ""
    cut = "…" if len(body) > QUOTE_LENGTH else ""
    return f'<blockquote class="mr-quoted">{bold_subject}{escape(body[:QUOTE_LENGTH])}{cut}</blockquote>'


def category_card(category: Category) -> str:
    """A category's name, team, definition and examples."""
    examples = "".join(f"<li>{escape(example)}</li>" for example in category.examples)
    return (
        f'<div class="mr-card"><b>{escape(category.name)}</b> <span class="mr-note">Team {escape(category.team)}</span>'
        f"<p>{escape(category.definition)}</p><ul>{examples}</ul></div>"
    )


def priority_matrix(taxonomy: Taxonomy, marked: tuple[str, str] | None = None) -> str:
    """The table of priorities by impact (columns) and urgency (rows); the cell of `marked` is filled.

    :param marked: a level of impact and one of urgency.
    """
    priorities = taxonomy.priorities
    levels = "".join(f'<th scope="col">{level}</th>' for level in priorities.levels)
    rows = "".join(
        f'<tr><th scope="row">{urgency}</th>{_matrix_cells(urgency, priorities.matrix[urgency], marked)}</tr>'
        for urgency in reversed(priorities.levels)
    )
    return (
        f'<table class="mr-matrix"><tr><td></td><th colspan="{len(priorities.levels)}">impact</th></tr>'
        f"<tr><th>urgency</th>{levels}</tr>{rows}</table>"
    )


def _matrix_cells(urgency: str, priority_by_impact: dict[str, str], marked: tuple[str, str] | None) -> str:
    return "".join(
        f"<td{' aria-current=true' if (impact, urgency) == marked else ''}>{priority}</td>"
        for impact, priority in priority_by_impact.items()
    )


def table_head(names: Sequence[str]) -> str:
    """The first row of a table; a column named "" has no heading."""
    return f"<tr>{''.join(f'<th scope=col>{escape(name)}</th>' if name else '<td></td>' for name in names)}</tr>"


def wide_table(rows: str, name: str, css_class: str = "") -> str:
    """A table that scrolls sideways where there is no room for it; `name` is for screen readers."""
    return scroll_box(f'<table class="mr-scores {css_class}">{rows}</table>', name, "wide")


def scroll_box(content: str, name: str, kind: str = "list") -> str:
    """A named box that scrolls, by keyboard too: "wide" to the side, "list" downwards."""
    return f'<div class="mr-{kind}" tabindex="0" role="group" aria-label="{escape(name)}">{content}</div>'


def line_list(sentences: Sequence[str]) -> str:
    """Sentences, one a line."""
    return "<br>".join(map(escape, sentences))


def field_error(message: str) -> str:
    """What is wrong with a field, to stand under it."""
    return f'<div class="mr-field-error" role="alert">{escape(message)}</div>'


def key_figures(figures: Sequence[tuple[str, str]]) -> str:
    """Large numbers in a row, each with what it counts under it."""
    cells = "".join(f"<div><b>{escape(value)}</b><span>{escape(what)}</span></div>" for value, what in figures)
    return f'<div class="mr-figures" role="status">{cells}</div>'
