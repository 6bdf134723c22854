"""What of a batch is shown, and in which order."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from data.mail import QueueItem
from data.taxonomy import Taxonomy

if TYPE_CHECKING:
    from data.store import Store

ORDERS = {"first": "What to do first", "newest": "Newest first", "unsure": "Least sure first"}
SHOWN = {"decided": "Decided", "asked": "Ask a person", "said": "By people", "differs": "Unlike the file"}


def chosen(lines: Sequence[QueueItem], store: "Store", taxonomy: Taxonomy) -> list[QueueItem]:
    """The lines that the visitor wants to see, in the order that they want."""
    from model.inbox.bulk_actions import QueueFilter, count_filtered

    held = {name: count for name, count in count_filtered(lines, taxonomy.choices).items() if count}
    priorities = sorted({line.priority for line in lines})
    keys = sorted({line.category for line in lines}, key=lambda key: taxonomy.category(key).name)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="filters"):
        text = st.text_input(
            "Search", key="search", placeholder="Subject, text, sender", width=165, icon=":material/search:"
        )
        categories = st.multiselect(
            "Goes to",
            keys,
            format_func=lambda key: taxonomy.category(key).name,
            key="goes",
            placeholder="Any",
            width=220,
        )
        levels = st.pills("Priority", priorities, selection_mode="multi", key="levels")
        state = st.pills(
            "Show", list(held), selection_mode="multi", format_func=lambda n: f"{SHOWN[n]} {held[n]:,}", key="held"
        )
        st.selectbox("Order", list(ORDERS), format_func=ORDERS.get, key="queue_order", width=155)
    ids = store.inbox.found(st.session_state.look.batch, text.strip()) if text.strip() else None
    wanted = QueueFilter(state, levels, categories, ids, taxonomy.choices)
    return _ordered([line for line in lines if wanted.takes(line)])


def _ordered(lines: list[QueueItem]) -> list[QueueItem]:
    if st.session_state.queue_order == "newest":
        return sorted(lines, key=lambda line: line.at, reverse=True)
    if st.session_state.queue_order == "unsure":
        return sorted(lines, key=lambda line: (line.answered, line.confidence))
    return lines
