"""Four charts of what came in: by category, hour, priority and confidence."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from data.mail import QueueItem
from data.taxonomy import Taxonomy
from model.wording import percent
from pages.ui.elements import draw_chart
from pages.ui.formatting import time_zone_or_utc

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def draw_overview(items: Sequence[QueueItem], taxonomy: Taxonomy, threshold: float) -> None:
    """The charts. `threshold` is the confidence from which mail is decided."""
    from pages.ui.inbox import charts

    st.header("What came in", anchor=False)
    zone = time_zone_or_utc(st.context.timezone)
    left, right = st.columns(2, gap="large")
    with left:
        title = "By category, what a person should decide in orange"
        _draw_titled_chart(title, charts.category_bars(items, taxonomy), "by_category")
    with right:
        _draw_titled_chart("By hour of the day", charts.hour_bars(items, zone), "by_hour")
        left, right = st.columns(2)
        with left:
            _draw_titled_chart("By priority", charts.priority_bars(items), "by_priority")
        with right:
            title = f"How sure it was; it decides from {percent(threshold)}"
            _draw_titled_chart(title, charts.confidence_histogram(items, threshold), "sure")


def _draw_titled_chart(title: str, figure: "Figure", key: str) -> None:
    st.caption(title)
    draw_chart(figure, key, title)
