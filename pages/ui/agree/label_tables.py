"""HTML of what several people labelled, and of how far they agree."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from data.schema import Email, Label
from data.taxonomy import Category, Taxonomy
from model.evaluation.reports import Interval
from pages.ui import html

if TYPE_CHECKING:
    from model.labelling.agreement import CategoryAgreement, PairAgreement


def whole_email(email: Email) -> str:
    """An email with sender and subject."""
    subject = f"<b>{escape(email.subject)}</b>\n" if email.subject else ""
    sender = f'<span class="mr-note">{escape(email.sender)}</span>\n' if email.sender else ""
    return html.email_box(f"{sender}{subject}{escape(email.body)}")


def labels_of_email(labels: Sequence[Label], taxonomy: Taxonomy) -> str:
    """The labels of one email: who, which category, and their note."""
    return f'<table class="mr-scores">{"".join(_label_row(label, taxonomy) for label in labels)}</table>'


def _label_row(label: Label, taxonomy: Taxonomy) -> str:
    also = f" or {escape(taxonomy.category(label.also).name)}" if label.also else ""
    notes = [escape(label.note)] if label.note else []
    notes += ["asks for an expert"] if label.expert else []
    note = f'<br><span class="mr-note">{" · ".join(notes)}</span>' if notes else ""
    name = escape(taxonomy.category(label.category).name)
    return f'<tr><th scope="row">{escape(label.by)}</th><td>{name}{also}{note}</td></tr>'


def coefficient(measured: Interval | None) -> str:
    """An agreement coefficient with its interval; None is undefined."""
    return f"{measured.value:.2f} ({measured.low:.2f} to {measured.high:.2f})" if measured else "can't be told"


def alpha_table(by_category: Mapping[str, "CategoryAgreement"], taxonomy: Taxonomy) -> str:
    """Krippendorff's alpha by category, the lowest first, undefined ones last."""
    ranked = sorted(by_category.items(), key=lambda pair: pair[1].alpha.value if pair[1].alpha else 2)
    rows = [(taxonomy.category(key).name, f"{coefficient(one.alpha)} on {one.emails:,}") for key, one in ranked]
    return _table(rows, "Agreement by category")


def kappa_table(pairs: Sequence["PairAgreement"]) -> str:
    """Cohen's kappa of each two people."""
    rows = [(" and ".join(pair.people), f"{coefficient(pair.kappa)} on {pair.emails:,}") for pair in pairs]
    return _table(rows, "Agreement of each two people")


def guideline(category: Category) -> str:
    """A category's card with its tie-breaks."""
    tie_breaks = "".join(f"<p><b>{escape(rule)}</b></p>" for rule in category.tie_breaks)
    return f"{html.category_card(category)}{tie_breaks}"


def _table(rows: Sequence[tuple[str, str]], name: str) -> str:
    lines = (f'<tr><th scope="row">{escape(head)}</th><td>{escape(value)}</td></tr>' for head, value in rows)
    return html.wide_table("".join(lines), name)
