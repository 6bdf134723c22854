"""Charts of a batch of mail: lines in, plotly figures out, in the look of `charts`."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from data.mail import QueueItem
from data.taxonomy import Taxonomy
from pages.ui.charts import ASK, DECIDED, QUIET, bare, plotly

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

HEIGHT = 210
STEPS = 20


def by_category(lines: Sequence[QueueItem], taxonomy: Taxonomy) -> "Figure":
    """How much mail each category gets, the most first; what a person should decide is coloured so."""
    all_, asked = Counter(line.category for line in lines), Counter(line.category for line in lines if not line.settled)
    keys = [key for key, _ in all_.most_common()]
    names = [taxonomy.category(key).name for key in keys]
    figure = bare([], height=44 + 22 * len(keys), left=0, bottom=8)
    for what, colour, values in (
        ("decided", DECIDED, [all_[key] - asked[key] for key in keys]),
        ("a person should decide", ASK, [asked[key] for key in keys]),
    ):
        figure.add_bar(
            x=values,
            y=names,
            orientation="h",
            marker_color=colour,
            name=what,
            hovertemplate="%{y}: %{x:,} %{fullData.name}",
        )
    figure.update_layout(barmode="stack")
    figure.update_xaxes(range=[0, max(all_.values()) * 1.15])
    for key, name in zip(keys, names, strict=True):
        figure.add_annotation(x=all_[key], y=name, text=f" {all_[key]:,}", showarrow=False, xanchor="left")
    figure.update_yaxes(autorange="reversed", visible=True, automargin=True, ticksuffix="  ")
    return figure


def by_hour(lines: Sequence[QueueItem], zone: ZoneInfo) -> "Figure":
    """At which hour of the day mail comes, by the visitor's clock."""
    counts = Counter(line.at.astimezone(zone).hour for line in lines)
    figure = _bars(list(range(24)), [counts[hour] for hour in range(24)], "%{x}:00: %{y:,} emails")
    figure.update_xaxes(visible=True, tickvals=[0, 6, 12, 18, 23], ticktext=["0 h", "6 h", "12 h", "18 h", "23 h"])
    return figure


def by_priority(lines: Sequence[QueueItem]) -> "Figure":
    """How much mail has which priority."""
    counts = Counter(line.priority for line in lines)
    names = sorted(counts)
    figure = _bars(names, [counts[name] for name in names], "%{x}: %{y:,} emails")
    figure.update_traces(text=[f"{counts[name]:,}" for name in names], textposition="outside", cliponaxis=False)
    figure.update_xaxes(visible=True)
    figure.update_yaxes(range=[0, max(counts.values()) * 1.2])
    return figure


def by_confidence(lines: Sequence[QueueItem], threshold: float) -> "Figure":
    """How sure the machine was, in steps of five points, with the threshold that a decision takes."""
    steps = Counter(min(int(line.confidence * STEPS), STEPS - 1) for line in lines)
    places = [(step + 0.5) / STEPS for step in range(STEPS)]
    figure = _bars(places, [steps[step] for step in range(STEPS)], "%{x:.0%}: %{y:,} emails")
    figure.update_traces(marker_color=[DECIDED if place >= threshold else ASK for place in places])
    figure.update_xaxes(visible=True, tickformat=".0%", range=[-0.03, 1.03], tickvals=[0, 0.5, 1])
    figure.add_vline(x=threshold, line={"width": 1.5, "dash": "dot", "color": ASK})
    return figure


def _bars(x: Sequence, y: Sequence[int], hover: str) -> "Figure":
    bars = plotly().Bar(x=x, y=y, marker_color=DECIDED if any(y) else QUIET, hovertemplate=f"{hover}<extra></extra>")
    return bare(bars, height=HEIGHT, left=0, bottom=28)
