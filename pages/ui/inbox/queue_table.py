"""The queue as a table whose rows can be selected."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from data.mail import QueueItem
from data.masking import mask_text
from data.taxonomy import Taxonomy
from pages.ui.formatting import time_zone_or_utc

TABLE_HEIGHT = 560


def draw_queue_table(
    items: Sequence[QueueItem], reasons: dict[str, str], labels_version: int, taxonomy: Taxonomy, is_masked: bool
) -> list[QueueItem]:
    """The items as a table; returns the selected ones. The selection survives where other items are listed.

    :param reasons: for each item's place, by id.
    :param is_masked: whether addresses and numbers are hidden.
    """
    ids = [item.id for item in items]
    content = hashlib.sha256("".join([str(labels_version), *ids]).encode()).hexdigest()[:16]
    was_selected = set(st.session_state.get("selected", ()))
    event = st.dataframe(
        _cells(items, reasons, taxonomy, mask_text if is_masked else str),
        key=f"queue_{content}",
        height=TABLE_HEIGHT,
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": [i for i, id in enumerate(ids) if id in was_selected]}},
        column_config=_columns(),
        placeholder="",
    )
    selected = [items[i] for i in event.selection.rows if i < len(items)]
    st.session_state.selected = [item.id for item in selected]
    return selected


def _cells(
    items: Sequence[QueueItem], reasons: dict[str, str], taxonomy: Taxonomy, mask: Callable[[str], str]
) -> dict[str, list]:
    return {
        "Priority": [item.priority for item in items],
        "Subject": [mask(item.subject) or "(no subject)" for item in items],
        "Goes to": [_goes_to(item, taxonomy) for item in items],
        "Why here": [reasons[item.id] for item in items],
        "Sure": [100 * item.confidence for item in items],
        "From": [mask(item.sender) for item in items],
        "Answer by": [item.respond_by for item in items],
        "Decided by": [mask(item.by) for item in items],
        "Came": [item.at for item in items],
    }


def _goes_to(item: QueueItem, taxonomy: Taxonomy) -> str:
    """The category's name, with a question mark where a person should decide."""
    name = taxonomy.category(item.category).name
    return name if item.settled else f"{name}?"


def _columns() -> dict[str, Any]:
    column, zone = st.column_config, str(time_zone_or_utc(st.context.timezone))
    return {
        "Priority": column.TextColumn(width=68, pinned=True),
        "Subject": column.TextColumn(width=170),
        "Goes to": column.TextColumn(width=115),
        "Why here": column.TextColumn(width=190),
        "Sure": column.NumberColumn(format="%.0f %%", width=55),
        "From": column.TextColumn(width=170),
        "Answer by": column.DatetimeColumn(format="ddd D MMM, HH:mm", timezone=zone, width=140),
        "Came": column.DatetimeColumn(format="ddd D MMM, HH:mm", timezone=zone, width=140),
    }
