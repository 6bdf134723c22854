"""The queue as a table of which rows can be selected."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from data.mail import QueueItem
from data.masking import mask_text
from data.taxonomy import Taxonomy
from pages.ui import sentences

HEIGHT = 560


def selected(
    lines: Sequence[QueueItem], reasons: dict[str, str], version: int, taxonomy: Taxonomy, hides: bool
) -> list[QueueItem]:
    """The lines as a table; the ones that are selected. It begins anew where other lines stand in it.

    :param version: of what people said of them.
    :param hides: whether addresses and numbers are hidden.
    """
    ids = [line.id for line in lines]
    key = hashlib.sha256("".join([str(version), *ids]).encode()).hexdigest()[:16]
    kept = set(st.session_state.get("picked", ()))
    event = st.dataframe(
        _cells(lines, reasons, taxonomy, mask_text if hides else str),
        key=f"queue_{key}",
        height=HEIGHT,
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": [i for i, id in enumerate(ids) if id in kept]}},
        column_config=_columns(),
        placeholder="",
    )
    picked = [lines[i] for i in event.selection.rows if i < len(lines)]
    st.session_state.picked = [line.id for line in picked]
    return picked


def _cells(
    lines: Sequence[QueueItem], reasons: dict[str, str], taxonomy: Taxonomy, text: Callable[[str], str]
) -> dict[str, list]:
    return {
        "Priority": [line.priority for line in lines],
        "Subject": [text(line.subject) or "(no subject)" for line in lines],
        "Goes to": [sentences.goes_to(line, taxonomy) for line in lines],
        "Why here": [reasons[line.id] for line in lines],
        "Sure": [100 * line.confidence for line in lines],
        "From": [text(line.sender) for line in lines],
        "Answer by": [line.respond_by for line in lines],
        "Decided by": [text(line.by) for line in lines],
        "Came": [line.at for line in lines],
    }


def _columns() -> dict[str, Any]:
    column, zone = st.column_config, str(sentences.time_zone(st.context.timezone))
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
