"""Tables in, plotly figures out. Colours are mid-tones that stand out on light and dark; style.css sets the words."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from model.wording import percent

if TYPE_CHECKING:
    import numpy as np
    from plotly.graph_objects import Figure

DECIDED = "#14958A"
ASK = "#CF7A24"
QUIET = "rgba(114, 120, 128, 0.82)"
ON_A_MARK = "#1B2430"
BINS = 24
LONGEST = 24


def confidence(names: Sequence[str], shares: Sequence[float], threshold: float, decided: bool) -> "Figure":
    """The likeliest categories as bars, the first one coloured by what was decided, with the threshold drawn in.

    :param shares: probabilities, highest first, as many as `names`.
    """
    bars = plotly().Bar(
        x=list(shares),
        y=list(names),
        orientation="h",
        marker_color=[DECIDED if decided else ASK] + [QUIET] * (len(names) - 1),
        text=[percent(share) for share in shares],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{text}<extra></extra>",
    )
    figure = bare(bars, height=40 + 34 * len(names), left=0, bottom=28)
    needed = f"{percent(threshold)} to decide"
    figure.update_xaxes(range=[0, 1.12], tickvals=[threshold], ticktext=[needed], visible=True)
    figure.update_yaxes(autorange="reversed", visible=True, automargin=True, ticksuffix="  ")
    figure.add_vline(x=threshold, line={"width": 1.5, "dash": "dot", "color": ASK})
    return figure


def pushes(weights: Sequence[tuple[str, float]]) -> "Figure":
    """What single words add to a category's score, as bars to the right (for it) and to the left (against it)."""
    words, values = zip(*weights, strict=True)
    bars = plotly().Bar(
        x=values,
        y=[word if len(word) <= LONGEST else word[: LONGEST - 1] + "…" for word in words],
        orientation="h",
        marker_color=[DECIDED if value > 0 else QUIET for value in values],
        text=[f"{value:+.1f}" for value in values],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{text}<extra></extra>",
    )
    figure = bare(bars, height=20 + 26 * len(words), left=0, bottom=8)
    reach = 1.25 * max(abs(value) for value in values)
    figure.update_xaxes(range=[-reach if min(values) < 0 else 0, reach])
    figure.update_yaxes(autorange="reversed", visible=True, automargin=True, ticksuffix="  ", type="category")
    return figure


def against_usual(values: "np.ndarray", mark: float, unit: str) -> "Figure":
    """Where one email lies in the distribution of the training mail: its bar is coloured, the rest is quiet.

    :param values: one number for each training email; shares run from 0 to 1 and are shown in per cent.
    :param unit: "words" or "%", for the axis.
    """
    import numpy as np

    scale = 100 if unit == "%" else 1
    values, mark = np.asarray(values) * scale, mark * scale
    top = 100.0 if unit == "%" else float(np.quantile(values, 0.99))
    edges = np.linspace(0, top, BINS + 1)
    counts, _ = np.histogram(np.clip(values, 0, top), edges)
    here = min(int(np.searchsorted(edges, mark, side="right")) - 1, BINS - 1)
    bars = plotly().Bar(
        x=(edges[:-1] + edges[1:]) / 2,
        y=counts,
        width=(edges[1] - edges[0]) * 0.9,
        marker_color=[DECIDED if i == here else QUIET for i in range(BINS)],
        hovertemplate=f"around %{{x:.0f}} {unit}: %{{y}} emails<extra></extra>",
    )
    figure = bare(bars, height=96, left=0, bottom=22)
    figure.update_xaxes(visible=True, range=[-top / 100, top * 1.01], ticksuffix=f" {unit}", nticks=5)
    if unit == "%":
        figure.update_xaxes(tickvals=[0, 50, 100], ticktext=["0 %", "50 %", "100 %"])
    figure.update_yaxes(range=[0, max(int(counts.max()) * 1.45, 1)])
    side = "left" if here < BINS / 2 else "right"
    figure.add_vline(x=float(edges[here] + edges[here + 1]) / 2, line={"width": 1, "color": DECIDED})
    figure.add_annotation(
        x=float(edges[here] + edges[here + 1]) / 2,
        y=1,
        yref="paper",
        yanchor="top",
        xanchor=side,
        text=" this mail ",
        showarrow=False,
        font_size=12,
    )
    return figure


def bare(trace: object, height: int, left: int, bottom: int) -> "Figure":
    """A figure without axes, grid or legend, that cannot be dragged."""
    figure = plotly().Figure(trace)
    figure.update_layout(
        height=height, margin={"l": left, "r": 8, "t": 8, "b": bottom}, showlegend=False, bargap=0.28, dragmode=False
    )
    figure.update_xaxes(visible=False, fixedrange=True, showgrid=False, zeroline=False)
    figure.update_yaxes(visible=False, fixedrange=True, showgrid=False, zeroline=False)
    return figure


def plotly() -> Any:
    """Plotly's figures and traces. It trips over a pandas that another thread is half way through importing."""
    import pandas  # noqa: F401
    import plotly.graph_objects

    return plotly.graph_objects
