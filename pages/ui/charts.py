"""What every chart shares: plotly, colours, and a plain figure. style.css sets the colour of words, light and dark."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

DECIDED_COLOUR = "#14958A"
ASK_COLOUR = "#CF7A24"
QUIET_COLOUR = "rgba(114, 120, 128, 0.82)"
TEXT_ON_ASK_COLOUR = "#1B2430"
"""Of words on a mark in ASK."""
GRID_COLOUR = "rgba(128, 134, 142, 0.18)"


def plain_figure(traces: object, height: int, left: int, bottom: int) -> "Figure":
    """A figure without axes, grid or legend, that cannot be dragged; height and margins in pixels."""
    figure = graph_objects().Figure(traces)
    figure.update_layout(
        height=height, margin={"l": left, "r": 8, "t": 8, "b": bottom}, showlegend=False, bargap=0.28, dragmode=False
    )
    figure.update_xaxes(visible=False, fixedrange=True, showgrid=False, zeroline=False)
    figure.update_yaxes(visible=False, fixedrange=True, showgrid=False, zeroline=False)
    return figure


def graph_objects() -> Any:
    """`plotly.graph_objects`, after pandas: it fails where another thread is in the middle of importing pandas."""
    import pandas  # noqa: F401
    import plotly.graph_objects

    return plotly.graph_objects
