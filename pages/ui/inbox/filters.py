"""The filters above the queue: search, category, priority, state, and order."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from data.mail import QueueItem
from data.taxonomy import Taxonomy

if TYPE_CHECKING:
    from data.store import Store

QUEUE_ORDERS = {"first": "What to do first", "newest": "Newest first", "unsure": "Least sure first"}
STATE_NAMES = {"decided": "Decided", "asked": "Ask a person", "said": "By people", "differs": "Unlike the file"}


def draw_filters(items: Sequence[QueueItem], store: "Store", taxonomy: Taxonomy) -> list[QueueItem]:
    """The filters; returns the items that pass them, in the chosen order."""
    from model.inbox.bulk_actions import QueueFilter, count_filtered

    counts = {state: count for state, count in count_filtered(items, taxonomy.choices).items() if count}
    name = lambda key: taxonomy.category(key).name  # noqa: E731
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="filters"):
        text = st.text_input(
            "Search", key="search", placeholder="Subject, text, sender", width=165, icon=":material/search:"
        ).strip()
        keys = sorted({item.category for item in items}, key=name)
        categories = st.multiselect("Goes to", keys, format_func=name, key="goes", placeholder="Any", width=220)
        priorities = st.pills(
            "Priority", sorted({item.priority for item in items}), selection_mode="multi", key="levels"
        )
        states = st.pills(
            "Show",
            list(counts),
            selection_mode="multi",
            format_func=lambda state: f"{STATE_NAMES[state]} {counts[state]:,}",
            key="held",
        )
        order = st.selectbox("Order", list(QUEUE_ORDERS), format_func=QUEUE_ORDERS.get, key="queue_order", width=155)
    ids = store.inbox.search(st.session_state.snapshot.batch_id, text) if text else None
    chosen = QueueFilter(states, priorities, categories, ids, taxonomy.choices)
    return _ordered([item for item in items if chosen.takes(item)], order)


def _ordered(items: list[QueueItem], order: str) -> list[QueueItem]:
    if order == "newest":
        return sorted(items, key=lambda item: item.at, reverse=True)
    if order == "unsure":
        return sorted(items, key=lambda item: (item.answered, item.confidence))
    return items
