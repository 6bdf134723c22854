"""Charts of a batch of mail: queue items in, plotly figures out."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from data.mail import QueueItem
from data.taxonomy import Taxonomy
from pages.ui.charts import ASK_COLOUR, DECIDED_COLOUR, QUIET_COLOUR, graph_objects, plain_figure

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

BAR_CHART_HEIGHT = 210
CONFIDENCE_BINS = 20


def category_bars(items: Sequence[QueueItem], taxonomy: Taxonomy) -> "Figure":
    """Emails by category, the most frequent first, split into decided ones and those for a person."""
    counts = Counter(item.category for item in items)
    unsettled = Counter(item.category for item in items if not item.settled)
    keys = [key for key, _ in counts.most_common()]
    names = [taxonomy.category(key).name for key in keys]
    figure = plain_figure([], height=44 + 22 * len(keys), left=0, bottom=8)
    for name, colour, values in (
        ("decided", DECIDED_COLOUR, [counts[key] - unsettled[key] for key in keys]),
        ("a person should decide", ASK_COLOUR, [unsettled[key] for key in keys]),
    ):
        figure.add_bar(
            x=values,
            y=names,
            orientation="h",
            marker_color=colour,
            name=name,
            hovertemplate="%{y}: %{x:,} %{fullData.name}",
        )
    figure.update_layout(barmode="stack")
    figure.update_xaxes(range=[0, max(counts.values()) * 1.15])
    for key, name in zip(keys, names, strict=True):
        figure.add_annotation(x=counts[key], y=name, text=f" {counts[key]:,}", showarrow=False, xanchor="left")
    figure.update_yaxes(autorange="reversed", visible=True, automargin=True, ticksuffix="  ")
    return figure


def hour_bars(items: Sequence[QueueItem], zone: ZoneInfo) -> "Figure":
    """Emails by hour of the day in that time zone."""
    counts = Counter(item.at.astimezone(zone).hour for item in items)
    figure = _bars(list(range(24)), [counts[hour] for hour in range(24)], "%{x}:00: %{y:,} emails")
    figure.update_xaxes(visible=True, tickvals=[0, 6, 12, 18, 23], ticktext=["0 h", "6 h", "12 h", "18 h", "23 h"])
    return figure


def priority_bars(items: Sequence[QueueItem]) -> "Figure":
    """Emails by priority."""
    counts = Counter(item.priority for item in items)
    names = sorted(counts)
    figure = _bars(names, [counts[name] for name in names], "%{x}: %{y:,} emails")
    figure.update_traces(text=[f"{counts[name]:,}" for name in names], textposition="outside", cliponaxis=False)
    figure.update_xaxes(visible=True)
    figure.update_yaxes(range=[0, max(counts.values()) * 1.2])
    return figure


def confidence_histogram(items: Sequence[QueueItem], threshold: float) -> "Figure":
    """Emails by confidence in bins of five points, with the threshold for a decision as a line."""
    counts = Counter(min(int(item.confidence * CONFIDENCE_BINS), CONFIDENCE_BINS - 1) for item in items)
    centres = [(bin_ + 0.5) / CONFIDENCE_BINS for bin_ in range(CONFIDENCE_BINS)]
    figure = _bars(centres, [counts[bin_] for bin_ in range(CONFIDENCE_BINS)], "%{x:.0%}: %{y:,} emails")
    figure.update_traces(marker_color=[DECIDED_COLOUR if centre >= threshold else ASK_COLOUR for centre in centres])
    figure.update_xaxes(visible=True, tickformat=".0%", range=[-0.03, 1.03], tickvals=[0, 0.5, 1])
    figure.add_vline(x=threshold, line={"width": 1.5, "dash": "dot", "color": ASK_COLOUR})
    return figure


def _bars(x: Sequence, y: Sequence[int], hover: str) -> "Figure":
    bars = graph_objects().Bar(
        x=x, y=y, marker_color=DECIDED_COLOUR if any(y) else QUIET_COLOUR, hovertemplate=f"{hover}<extra></extra>"
    )
    return plain_figure(bars, height=BAR_CHART_HEIGHT, left=0, bottom=28)
