"""The candidate that nobody has decided on: its comparison with the model in use, and promote or reject."""

from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from data.access import LEAD
from data.model_records import PROMOTED, REJECTED, Promotion, StoredModel
from data.taxonomy import Taxonomy
from pages.ui import current_user, html
from pages.ui.learn.comparison_tables import changed_email, comparison_tables
from pages.ui.masking_toggle import masked_if_on

if TYPE_CHECKING:
    from data.store import Store
    from model.training.comparison_report import ChangedEmail, ComparisonReport

MAX_LISTED_CHANGES = 200
"""Emails that would change their category and are shown; the rest is counted."""


def draw_candidate(by: str, store: "Store", taxonomy: Taxonomy) -> None:
    """The verdict, the two buttons, both models side by side, and the emails whose category would change."""
    from model.training.comparison_report import read_comparison, verdict

    candidate = undecided_candidate(store)
    if candidate is None:
        return
    report = read_comparison(candidate.report)
    st.header("The candidate", anchor=False)
    sentence = verdict(report) if report else "Its report was written by another version of Mailroom: train again."
    st.html(f'<p class="mr-says">{escape(sentence)}</p>')
    _draw_decision(by, candidate, store)
    if report is None:
        return
    st.html(comparison_tables(report, taxonomy))
    st.caption(
        f"Of {report.emails:,} emails at hand, {len(report.asked):,} that it decides by itself would become questions "
        f"to a person, and {len(report.decided):,} questions would become decisions."
    )
    _draw_changes(report, store, taxonomy)


def undecided_candidate(store: "Store") -> StoredModel | None:
    """The latest model, if nobody has promoted or rejected it."""
    latest, decided = store.models.latest(), {promotion.version for promotion in store.models.promotions()}
    return latest if latest and latest.version not in decided else None


def _draw_decision(by: str, candidate: StoredModel, store: "Store") -> None:
    if not current_user.may_or_explain(LEAD, "promote or reject it"):
        return
    with st.container(horizontal=True, gap="small"):
        promote = st.button("Promote: everybody uses it", key="promote", type="primary", icon=":material/check:")
        reject = st.button("Reject", key="reject")
    if promote or reject:
        decision = PROMOTED if promote else REJECTED
        store.models.decide(Promotion(candidate.version, decision, by, datetime.now(UTC)))
        st.rerun()


def _draw_changes(report: "ComparisonReport", store: "Store", taxonomy: Taxonomy) -> None:
    if not report.changes:
        return
    st.header("Every email that would change hands", anchor=False)
    st.caption("Those that the model in use was surest of come first.")
    emails = [_changed_email(change, store, taxonomy) for change in report.changes[:MAX_LISTED_CHANGES]]
    unlisted = len(report.changes) - MAX_LISTED_CHANGES
    more = f'<p class="mr-note">and {unlisted:,} more</p>' if unlisted > 0 else ""
    st.html(html.scroll_box("".join(emails) + more, "Every email that would change hands"))


def _changed_email(change: "ChangedEmail", store: "Store", taxonomy: Taxonomy) -> str:
    """HTML; "" where the email was erased or may not be shown."""
    received = store.email(change.email_id)
    return changed_email(change, masked_if_on(received.email), taxonomy) if current_user.may_see(received) else ""
