"""The learning curve as a figure."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from model.evaluation.reports import Interval
from pages.ui.charts import DECIDED, QUIET, bare, plotly
from pages.ui.quality.charts import GRID

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def curve(points: Sequence[tuple[int, Interval]], more: int, gain: Interval | None) -> "Figure":
    """The share right with so many labels, each with its interval, and dotted what `more` of them should bring."""
    at, shares = [size for size, _ in points], [one for _, one in points]
    line = plotly().Scatter(
        x=at,
        y=[one.value for one in shares],
        error_y={
            "array": [one.high - one.value for one in shares],
            "arrayminus": [one.value - one.low for one in shares],
            "color": QUIET,
        },
        mode="lines+markers",
        line={"width": 2, "color": DECIDED},
        marker={"size": 8},
        hovertemplate="%{x:,} labels: %{y:.1%} right<extra></extra>",
    )
    figure = bare(line, height=300, left=56, bottom=44)
    if gain:
        figure.add_trace(_dotted(at[-1], at[-1] + more, shares[-1].value, gain))
    figure.update_xaxes(visible=True, title="labels learned from")
    figure.update_yaxes(visible=True, tickformat=".0%", title="right", showgrid=True, gridcolor=GRID)
    return figure


def _dotted(now: int, then: int, share: float, gain: Interval):
    return plotly().Scatter(
        x=[now, then],
        y=[share, share + gain.value],
        error_y={"array": [0, gain.high - gain.value], "arrayminus": [0, gain.value - gain.low], "color": QUIET},
        mode="lines",
        line={"width": 2, "dash": "dot", "color": DECIDED},
        hovertemplate="with %{x:,} labels perhaps %{y:.1%}<extra></extra>",
    )
