"""The queue of a batch: figures, filters, table, actions, and the one mail that is selected."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from data import masking
from data.mail import BATCH_DONE, BATCH_WATCHED, Batch, QueueItem, TriagedMail
from data.taxonomy import Taxonomy
from pages.ui import html
from pages.ui.elements import guarded_fragment
from pages.ui.inbox.snapshot import current_snapshot, queue_items, take_snapshot
from pages.ui.masking_toggle import draw_masking_toggle

if TYPE_CHECKING:
    from data.store import Store
    from model.serving.fallback import FallbackClassifier

NEW_MAIL_SECONDS = 5


def draw_queue(
    batch: Batch, store: "Store", classifier: "FallbackClassifier", taxonomy: Taxonomy, threshold: float
) -> None:
    """The queue of a batch, and charts of what came in."""
    from pages.ui.inbox.overview import draw_overview

    if batch.state == BATCH_WATCHED:
        guarded_fragment(_draw_new_mail_button, NEW_MAIL_SECONDS)(batch, store)
    items, _ = queue_items(current_snapshot(batch, store), store, taxonomy, threshold)
    if not items:
        st.caption("There is no mail in it yet." if batch.state == BATCH_WATCHED else "No mail could be read.")
        return
    guarded_fragment(_draw_work_area)(batch.id, store, classifier, taxonomy, threshold)
    draw_overview(items, taxonomy, threshold)


def _draw_new_mail_button(batch: Batch, store: "Store") -> None:
    new = store.inbox.batch(batch.id).read - current_snapshot(batch, store).read
    if new > 0 and st.button(f"{new:,} new: show them", icon=":material/refresh:", key="news"):
        take_snapshot(batch.id, store)
        st.rerun()


def _draw_work_area(
    batch_id: str, store: "Store", classifier: "FallbackClassifier", taxonomy: Taxonomy, threshold: float
) -> None:
    """The part of the page that runs again at a click in it."""
    from pages.ui.inbox.actions import draw_actions
    from pages.ui.inbox.filters import draw_filters
    from pages.ui.inbox.order_savings import draw_order_savings
    from pages.ui.inbox.queue_table import draw_queue_table
    from pages.ui.inbox.selected_mail import draw_decision, draw_explanation

    snapshot = st.session_state.snapshot
    items, reasons = queue_items(snapshot, store, taxonomy, threshold)
    _draw_figures(store.inbox.batch(batch_id), items)
    shown = draw_filters(items, store, taxonomy)
    left, right = st.columns([8, 5], gap="large")
    with right:
        is_masked = draw_masking_toggle()
    with left:
        selected = draw_queue_table(shown, reasons, snapshot.labels_version, taxonomy, is_masked)
        draw_actions(selected, shown, store, taxonomy)
    mail = _only_selected_mail(selected, store, is_masked)
    with right:
        if mail:
            draw_decision(mail, store, taxonomy)
        else:
            draw_order_savings(items, taxonomy)
    if mail:
        draw_explanation(mail, classifier, taxonomy)


def _only_selected_mail(selected: Sequence[QueueItem], store: "Store", is_masked: bool) -> TriagedMail | None:
    mail = store.inbox.get(selected[0].id) if len(selected) == 1 else None
    return masking.mask_mail(mail) if mail and is_masked else mail


def _draw_figures(batch: Batch, items: Sequence[QueueItem]) -> None:
    unsettled = sum(not item.settled for item in items)
    figures = (
        (batch.read, "read"),
        (len(items) - unsettled, "decided"),
        (unsettled, "need a person"),
        (batch.bad, "could not be read"),
    )
    st.html(html.key_figures([(f"{count:,}", what) for count, what in figures]))
    st.caption(_account(batch, len(items)))


def _account(batch: Batch, listed: int) -> str:
    """That read and unreadable mails make up the whole batch; and that fewer are listed where that is so."""
    whole = {BATCH_DONE: "all that was in it", BATCH_WATCHED: "all that has come"}.get(
        batch.state, "all that was reached"
    )
    account = f"Read {batch.read:,} + could not read {batch.bad:,} = {batch.read + batch.bad:,}, {whole}."
    return (
        account
        if listed >= batch.read
        else f"{account} {listed:,} are listed here, the latest that were not forgotten."
    )
