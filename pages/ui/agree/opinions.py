"""What several people say of emails, as HTML."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from data.schema import Email, Label
from data.taxonomy import Category, Taxonomy
from model.evaluation.reports import Interval
from pages.ui import html

if TYPE_CHECKING:
    from model.labelling.agreement import CategoryAgreement, PairAgreement


def email(one: Email) -> str:
    """An email, whole, as text."""
    subject = f"<b>{escape(one.subject)}</b>\n" if one.subject else ""
    sender = f'<span class="mr-note">{escape(one.sender)}</span>\n' if one.sender else ""
    return html.mail(f"{sender}{subject}{escape(one.body)}")


def said(labels: Sequence[Label], taxonomy: Taxonomy) -> str:
    """Who said what of one email, with their notes."""
    rows = "".join(_said(one, taxonomy) for one in labels)
    return f'<table class="mr-scores">{rows}</table>'


def _said(one: Label, taxonomy: Taxonomy) -> str:
    also = f" or {escape(taxonomy.category(one.also).name)}" if one.also else ""
    notes = [escape(one.note)] if one.note else []
    notes += ["asks for an expert"] if one.expert else []
    note = f'<br><span class="mr-note">{" · ".join(notes)}</span>' if notes else ""
    name = escape(taxonomy.category(one.category).name)
    return f'<tr><th scope="row">{escape(one.by)}</th><td>{name}{also}{note}</td></tr>'


def figure(one: Interval | None) -> str:
    """A measure with its interval; where it is undefined, that."""
    return f"{one.value:.2f} ({one.low:.2f} to {one.high:.2f})" if one else "can't be told"


def alphas(by_category: Mapping[str, "CategoryAgreement"], taxonomy: Taxonomy) -> str:
    """Agreement by category, the lowest first, on how many emails."""
    ranked = sorted(by_category.items(), key=lambda pair: pair[1].alpha.value if pair[1].alpha else 2)
    rows = [(taxonomy.category(key).name, f"{figure(one.alpha)} on {one.emails:,}") for key, one in ranked]
    return _table(rows, "Agreement by category")


def kappas(pairs: Sequence["PairAgreement"]) -> str:
    """Agreement of each two people, on how many emails."""
    rows = [(" and ".join(one.people), f"{figure(one.kappa)} on {one.emails:,}") for one in pairs]
    return _table(rows, "Agreement of each two people")


def guideline(one: Category) -> str:
    """What a category is, and what decides where it borders on another."""
    rules = "".join(f"<p><b>{escape(rule)}</b></p>" for rule in one.tie_breaks)
    return f"{html.category(one)}{rules}"


def _table(rows: Sequence[tuple[str, str]], name: str) -> str:
    drawn = "".join(f'<tr><th scope="row">{escape(one)}</th><td>{escape(value)}</td></tr>' for one, value in rows)
    return html.scores(drawn, name)
