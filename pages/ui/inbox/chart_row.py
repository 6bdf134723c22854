"""Charts of what came in."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from data.mail import QueueItem
from data.taxonomy import Taxonomy
from model.wording import percent
from pages.ui import sentences


def pictures(lines: Sequence[QueueItem], taxonomy: Taxonomy, threshold: float) -> None:
    """What came in, by category, hour, priority and confidence."""
    from pages.ui.inbox import charts

    st.header("What came in", anchor=False)
    zone = sentences.time_zone(st.context.timezone)
    left, right = st.columns([1, 1], gap="large")
    with left:
        _picture(
            "By category, what a person should decide in orange", charts.by_category(lines, taxonomy), "by_category"
        )
    with right:
        _picture("By hour of the day", charts.by_hour(lines, zone), "by_hour")
        one, other = st.columns(2)
        with one:
            _picture("By priority", charts.by_priority(lines), "by_priority")
        with other:
            _picture(
                f"How sure it was; it decides from {percent(threshold)}", charts.by_confidence(lines, threshold), "sure"
            )


def _picture(title: str, figure: Any, key: str) -> None:
    st.caption(title)
    st.plotly_chart(figure, key=key, config={"displayModeBar": False}, alt=title)
