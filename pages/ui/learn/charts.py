"""The learning curve as a plotly figure."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from model.evaluation.reports import Interval
from pages.ui.charts import DECIDED_COLOUR, GRID_COLOUR, QUIET_COLOUR, graph_objects, plain_figure

if TYPE_CHECKING:
    from plotly.graph_objects import Figure


def learning_curve_chart(points: Sequence[tuple[int, Interval]], more: int, gain: Interval | None) -> "Figure":
    """Accuracy by number of labels.

    :param points: number of labels and accuracy, the fewest labels first.
    :param more: a number of further labels, whose expected `gain` in accuracy is drawn as a dotted line.
    """
    sizes, accuracies = zip(*points, strict=True)
    line = graph_objects().Scatter(
        x=sizes,
        y=[accuracy.value for accuracy in accuracies],
        error_y={
            "array": [accuracy.high - accuracy.value for accuracy in accuracies],
            "arrayminus": [accuracy.value - accuracy.low for accuracy in accuracies],
            "color": QUIET_COLOUR,
        },
        mode="lines+markers",
        line={"width": 2, "color": DECIDED_COLOUR},
        marker={"size": 8},
        hovertemplate="%{x:,} labels: %{y:.1%} right<extra></extra>",
    )
    figure = plain_figure(line, height=300, left=56, bottom=44)
    if gain:
        figure.add_trace(_expected_line(sizes[-1], more, accuracies[-1].value, gain))
    figure.update_xaxes(visible=True, title="labels learned from")
    figure.update_yaxes(visible=True, tickformat=".0%", title="right", showgrid=True, gridcolor=GRID_COLOUR)
    return figure


def _expected_line(size: int, more: int, accuracy: float, gain: Interval) -> Any:
    return graph_objects().Scatter(
        x=[size, size + more],
        y=[accuracy, accuracy + gain.value],
        error_y={"array": [0, gain.high - gain.value], "arrayminus": [0, gain.value - gain.low], "color": QUIET_COLOUR},
        mode="lines",
        line={"width": 2, "dash": "dot", "color": DECIDED_COLOUR},
        hovertemplate="with %{x:,} labels perhaps %{y:.1%}<extra></extra>",
    )
