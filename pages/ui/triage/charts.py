"""Charts of one decision: numbers in, plotly figures out."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from model.wording import percent
from pages.ui.charts import ASK_COLOUR, DECIDED_COLOUR, QUIET_COLOUR, graph_objects, plain_figure

if TYPE_CHECKING:
    import numpy as np
    from plotly.graph_objects import Figure

HISTOGRAM_BINS = 24
MAX_WORD_LENGTH = 24


def confidence_bars(names: Sequence[str], shares: Sequence[float], threshold: float, decided: bool) -> "Figure":
    """Categories as bars, the first one coloured by whether it was decided, with the threshold as a line.

    :param shares: probabilities, highest first, as many as `names`.
    """
    figure = _horizontal_bars(names, shares, [percent(share) for share in shares])
    figure.update_traces(
        marker_color=[DECIDED_COLOUR if decided else ASK_COLOUR] + [QUIET_COLOUR] * (len(names) - 1),
        hovertemplate="%{y}: %{text}<extra></extra>",
    )
    figure.update_layout(height=40 + 34 * len(names), margin_b=28)
    needed = f"{percent(threshold)} to decide"
    figure.update_xaxes(range=[0, 1.12], tickvals=[threshold], ticktext=[needed], visible=True)
    figure.add_vline(x=threshold, line={"width": 1.5, "dash": "dot", "color": ASK_COLOUR})
    return figure


def word_weight_bars(weights: Sequence[tuple[str, float]]) -> "Figure":
    """What single words add to a category's score: bars to the right speak for it, to the left against it."""
    words, values = zip(*weights, strict=True)
    names = [word if len(word) <= MAX_WORD_LENGTH else word[: MAX_WORD_LENGTH - 1] + "…" for word in words]
    figure = _horizontal_bars(names, values, [f"{value:+.1f}" for value in values])
    figure.update_traces(
        marker_color=[DECIDED_COLOUR if value > 0 else QUIET_COLOUR for value in values],
        hovertemplate="%{y}: %{text}<extra></extra>",
    )
    largest = 1.25 * max(abs(value) for value in values)
    figure.update_xaxes(range=[-largest if min(values) < 0 else 0, largest])
    figure.update_yaxes(type="category")
    return figure


def histogram_with_mark(values: "np.ndarray", value: float, unit: str) -> "Figure":
    """The histogram of the training mail, the bar that holds `value` coloured and marked as this mail.

    :param values: one number for each training email; shares run from 0 to 1 and are shown in per cent.
    :param unit: "words" or "%", for the axis.
    """
    import numpy as np

    scale = 100 if unit == "%" else 1
    values, value = np.asarray(values) * scale, value * scale
    top = 100.0 if unit == "%" else float(np.quantile(values, 0.99))
    edges = np.linspace(0, top, HISTOGRAM_BINS + 1)
    counts, _ = np.histogram(np.clip(values, 0, top), edges)
    marked = min(int(np.searchsorted(edges, value, side="right")) - 1, HISTOGRAM_BINS - 1)
    centres = (edges[:-1] + edges[1:]) / 2
    bars = graph_objects().Bar(
        x=centres,
        y=counts,
        width=(edges[1] - edges[0]) * 0.9,
        marker_color=[DECIDED_COLOUR if i == marked else QUIET_COLOUR for i in range(HISTOGRAM_BINS)],
        hovertemplate=f"around %{{x:.0f}} {unit}: %{{y}} emails<extra></extra>",
    )
    figure = plain_figure(bars, height=96, left=0, bottom=22)
    figure.update_xaxes(visible=True, range=[-top / 100, top * 1.01], ticksuffix=f" {unit}", nticks=5)
    if unit == "%":
        figure.update_xaxes(tickvals=[0, 50, 100], ticktext=["0 %", "50 %", "100 %"])
    figure.update_yaxes(range=[0, max(int(counts.max()) * 1.45, 1)])
    _mark_this_mail(figure, float(centres[marked]), on_the_left=marked < HISTOGRAM_BINS / 2)
    return figure


def _horizontal_bars(names: Sequence[str], values: Sequence[float], texts: Sequence[str]) -> "Figure":
    """Bars from left to right, the first on top, each with its text at the end."""
    bars = graph_objects().Bar(
        x=list(values), y=list(names), orientation="h", text=texts, textposition="outside", cliponaxis=False
    )
    figure = plain_figure(bars, height=20 + 26 * len(names), left=0, bottom=8)
    figure.update_yaxes(autorange="reversed", visible=True, automargin=True, ticksuffix="  ")
    return figure


def _mark_this_mail(figure: "Figure", x: float, on_the_left: bool) -> None:
    figure.add_vline(x=x, line={"width": 1, "color": DECIDED_COLOUR})
    figure.add_annotation(
        x=x,
        y=1,
        yref="paper",
        yanchor="top",
        xanchor="left" if on_the_left else "right",
        text=" this mail ",
        showarrow=False,
        font_size=12,
    )
