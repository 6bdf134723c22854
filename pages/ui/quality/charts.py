"""Charts of results on a test set and of thresholds: numbers in, plotly figures out."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from model.confidence.threshold import WeekOutcome
from model.evaluation.reports import Interval
from model.wording import percent
from pages.ui.charts import (
    ASK_COLOUR,
    DECIDED_COLOUR,
    GRID_COLOUR,
    QUIET_COLOUR,
    TEXT_ON_ASK_COLOUR,
    graph_objects,
    plain_figure,
)

if TYPE_CHECKING:
    import numpy as np
    from plotly.graph_objects import Figure


def cost_curve(weeks: Sequence[WeekOutcome], chosen: float, proposals: dict[str, float]) -> "Figure":
    """The cost of a week at each threshold, with marks on the chosen one and on the proposals.

    :param proposals: thresholds other than the chosen one, by name.
    """
    line = graph_objects().Scatter(
        x=[week.threshold for week in weeks],
        y=[week.money for week in weeks],
        mode="lines",
        line={"width": 2, "color": DECIDED_COLOUR},
        hovertemplate="from %{x:.0%} sure on: %{y:,.0f} a week<extra></extra>",
    )
    figure = plain_figure(line, height=250, left=56, bottom=40)
    cost = {week.threshold: week.money for week in weeks}
    marks = [
        ("this setting", chosen, ASK_COLOUR),
        *((name, threshold, DECIDED_COLOUR) for name, threshold in proposals.items()),
    ]
    for i, (name, threshold, colour) in enumerate(marks):
        figure.add_scatter(
            x=[threshold],
            y=[cost[threshold]],
            mode="markers+text",
            text=[name],
            textposition="bottom center" if i == 1 else "top center",
            marker={"size": 11, "color": colour},
            textfont_size=13,
            hoverinfo="skip",
            cliponaxis=False,
        )
    figure.update_xaxes(visible=True, tickformat=".0%", title="decides from this confidence on", range=[0.28, 1.01])
    figure.update_yaxes(
        visible=True, rangemode="tozero", tickformat=",.0f", title="a week", showgrid=True, gridcolor=GRID_COLOUR
    )
    figure.update_yaxes(range=[0, max(cost.values()) * 1.15])
    return figure


def accuracy_dots(rows: Sequence[tuple[str, Interval]], quiet_rows: int = 0, axis_from: float = 0.0) -> "Figure":
    """Each row's accuracy as a dot on its 95 % interval, with the number above it; the first row on top.

    :param quiet_rows: how many of the first rows are grey, since they are not the ones to believe.
    :param axis_from: where the axis of accuracy begins.
    """
    names = [name for name, _ in rows]
    values = [accuracy.value for _, accuracy in rows]
    colours = [QUIET_COLOUR] * quiet_rows + [DECIDED_COLOUR] * (len(rows) - quiet_rows)
    points = graph_objects().Scatter(
        x=values,
        y=names,
        mode="markers+text",
        marker={"size": 10, "color": colours},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [accuracy.high - accuracy.value for _, accuracy in rows],
            "arrayminus": [accuracy.value - accuracy.low for _, accuracy in rows],
            "thickness": 1.5,
            "width": 0,
            "color": QUIET_COLOUR,
        },
        text=[percent(value) for value in values],
        textposition="top center",
        cliponaxis=False,
        hovertemplate="%{y}: %{text}<extra></extra>",
    )
    figure = plain_figure(points, height=44 + 36 * len(rows), left=0, bottom=32)
    figure.update_xaxes(visible=True, tickformat=".0%", range=[axis_from, 1.02], showgrid=True, gridcolor=GRID_COLOUR)
    figure.update_yaxes(visible=True, autorange="reversed", automargin=True, ticksuffix="  ", type="category")
    return figure


def confusion_squares(counts: "np.ndarray", names: Sequence[str]) -> "Figure":
    """The confusion matrix: a square for each pair of categories that were confused, the more often the larger.

    A click on a square returns its pair of indices as `customdata`.

    :param counts: k x k, rows are true categories, columns predicted ones. The diagonal is left out.
    """
    pairs = [(i, j) for i in range(len(names)) for j in range(len(names)) if i != j and counts[i, j]]
    most = max((counts[pair] for pair in pairs), default=1)
    squares = graph_objects().Scatter(
        x=[names[j] for _, j in pairs],
        y=[names[i] for i, _ in pairs],
        mode="markers+text",
        text=[str(counts[pair]) if counts[pair] > most / 4 else "" for pair in pairs],
        textfont={"size": 11, "color": TEXT_ON_ASK_COLOUR},
        customdata=[list(pair) for pair in pairs],
        marker={
            "symbol": "square",
            "size": [8 + 22 * (counts[pair] / most) ** 0.5 for pair in pairs],
            "color": ASK_COLOUR,
            "opacity": 1,
        },
        hovertemplate="%{y} went to %{x}<extra></extra>",
    )
    figure = plain_figure(squares, height=140 + 34 * len(names), left=0, bottom=0)
    order = {"type": "category", "categoryorder": "array", "visible": True, "automargin": True, "showgrid": True}
    figure.update_xaxes(**order, categoryarray=list(names), side="top", tickangle=-45, gridcolor=GRID_COLOUR)
    figure.update_yaxes(**order, categoryarray=list(reversed(names)), ticksuffix="  ", gridcolor=GRID_COLOUR)
    return figure


def reliability_diagram(bins: Sequence[tuple[float, float, int]]) -> "Figure":
    """Accuracy against confidence: on the diagonal, 80 % sure means right 80 times in 100.

    :param bins: mean confidence, accuracy and count, the lowest confidence first.
    """
    confidence, accuracy, counts = zip(*bins, strict=True)
    line = graph_objects().Scatter(
        x=confidence,
        y=accuracy,
        mode="lines+markers",
        line={"width": 2, "color": DECIDED_COLOUR},
        marker={"size": 8},
        customdata=counts,
        hovertemplate="says %{x:.0%}, right %{y:.0%} of %{customdata} emails<extra></extra>",
    )
    figure = plain_figure(line, height=320, left=56, bottom=44)
    figure.add_shape(type="line", x0=0, y0=0, x1=1, y1=1, line={"width": 1, "dash": "dot", "color": ASK_COLOUR})
    figure.add_annotation(x=0.56, y=0.4, text="as sure as it is right", showarrow=False)
    figure.update_xaxes(visible=True, tickformat=".0%", range=[0, 1.02], title="how sure it says it is")
    figure.update_yaxes(
        visible=True,
        tickformat=".0%",
        range=[0, 1.02],
        title="how often it is right",
        showgrid=True,
        gridcolor=GRID_COLOUR,
    )
    return figure
