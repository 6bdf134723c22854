"""The queue of a batch: what came in, what to do first, and one mail in full."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from data import masking
from data.mail import BATCH_WATCHED, Batch, QueueItem
from data.taxonomy import Taxonomy
from pages.ui import html, sentences, widgets
from pages.ui import masking as hiding
from pages.ui.inbox import one_mail, snapshot

if TYPE_CHECKING:
    from data.store import Store
    from model.serving.fallback import FallbackClassifier

NEWS_SECONDS = 5


def queue(batch: Batch, store: "Store", standby: "FallbackClassifier", taxonomy: Taxonomy, threshold: float) -> None:
    """The whole desk of a batch, and charts of it."""
    if batch.state == BATCH_WATCHED:
        widgets.guarded_fragment(_news, NEWS_SECONDS)(batch, store)
    seen = snapshot.of(batch, store)
    lines, _ = snapshot.lines(seen, store, taxonomy, threshold)
    if not lines:
        st.caption("There is no mail in it yet." if batch.state == BATCH_WATCHED else "No mail could be read.")
        return
    widgets.guarded_fragment(_desk)(batch.id, store, standby, taxonomy, threshold)
    from pages.ui.inbox.chart_row import pictures

    pictures(lines, taxonomy, threshold)


def _news(batch: Batch, store: "Store") -> None:
    """What has come in since the visitor looked, and a button that shows it."""
    new = store.inbox.batch(batch.id).read - snapshot.of(batch, store).read
    if new > 0 and st.button(f"{new:,} new: show them", icon=":material/refresh:", key="news"):
        snapshot.anew(batch.id, store)
        st.rerun()


def _desk(batch_id: str, store: "Store", standby: "FallbackClassifier", taxonomy: Taxonomy, threshold: float) -> None:
    """Only this part runs again at a click in it."""
    from pages.ui.inbox import actions, filters, simulation, table

    seen = st.session_state.look
    lines, reasons = snapshot.lines(seen, store, taxonomy, threshold)
    _figures(store.inbox.batch(batch_id), lines)
    shown = filters.chosen(lines, store, taxonomy)
    left, right = st.columns([8, 5], gap="large")
    with right:
        hides = hiding.masking_toggle()
    with left:
        picked = table.selected(shown, reasons, seen.version, taxonomy, hides)
        actions.acts(picked, shown, store, taxonomy)
    one = store.inbox.get(picked[0].id) if len(picked) == 1 else None
    one = masking.mask_mail(one) if one and hides else one
    with right:
        if one:
            one_mail.beside(one, store, taxonomy)
        else:
            simulation.saved(lines, taxonomy)
    if one:
        one_mail.below(one, standby, taxonomy)


def _figures(batch: Batch, lines: Sequence[QueueItem]) -> None:
    asked = sum(not line.settled for line in lines)
    cells = (
        (batch.read, "read"),
        (len(lines) - asked, "decided"),
        (asked, "need a person"),
        (batch.bad, "could not be read"),
    )
    st.html(html.figures([(f"{count:,}", what) for count, what in cells]))
    st.caption(sentences.all_accounted(batch, len(lines)))
