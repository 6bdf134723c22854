"""Charts of what `make scores` measured: numbers in, plotly figures out."""

from collections.abc import Sequence
from math import log10
from typing import TYPE_CHECKING

from model.evaluation.reports import CandidateScores, SecondOpinionPoint
from pages.ui.charts import ASK_COLOUR, DECIDED_COLOUR, GRID_COLOUR, QUIET_COLOUR, graph_objects, plain_figure

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

LATENCY_BUDGET_MS = 300


def candidate_scatter(candidates: Sequence[CandidateScores]) -> "Figure":
    """The candidates by milliseconds for one email (logarithmic) and accuracy on industries held out."""
    points = graph_objects().Scatter(
        x=[one.single_ms for one in candidates],
        y=[one.away.accuracy.value for one in candidates],
        mode="markers+text",
        text=[one.name for one in candidates],
        textposition=["bottom center" if i % 2 else "top center" for i in range(len(candidates))],
        marker={"size": 11, "color": [QUIET_COLOUR] * (len(candidates) - 1) + [DECIDED_COLOUR]},
        hovertemplate="%{text}: %{x:.2g} ms, right on %{y:.1%}<extra></extra>",
        cliponaxis=False,
    )
    figure = plain_figure(points, height=320, left=56, bottom=44)
    figure.add_vline(x=LATENCY_BUDGET_MS, line={"width": 1.5, "dash": "dot", "color": ASK_COLOUR})
    figure.add_annotation(
        x=log10(LATENCY_BUDGET_MS), y=1, yref="paper", xanchor="right", text="300 ms budget ", showarrow=False
    )
    figure.update_xaxes(visible=True, type="log", range=[-2.2, 2.7], title="time for one email", ticksuffix=" ms")
    figure.update_xaxes(tickvals=[0.01, 0.1, 1, 10, 100], ticktext=["0.01", "0.1", "1", "10", "100"])
    figure.update_yaxes(
        visible=True,
        tickformat=".0%",
        range=[0.3, 0.92],
        title="right, industry not seen",
        showgrid=True,
        gridcolor=GRID_COLOUR,
    )
    return figure


def second_opinion_curve(curve: Sequence[SecondOpinionPoint]) -> "Figure":
    """Accuracy against the share of mail on which the second opinion is asked."""
    series = [("industry not seen", [one.away for one in curve], DECIDED_COLOUR)]
    if all(one.elsewhere is not None for one in curve):
        series.append(("others' messages", [one.elsewhere for one in curve], ASK_COLOUR))
    figure = plain_figure(None, height=300, left=56, bottom=44)
    for name, values, colour in series:
        figure.add_scatter(
            x=[one.share for one in curve],
            y=values,
            mode="lines+markers+text",
            text=[""] * (len(curve) - 1) + [name],
            textposition="bottom left",
            line={"width": 2, "color": colour},
            customdata=[[one.mean_ms, one.p99_ms] for one in curve],
            hovertemplate="asked about %{x:.0%}: right on %{y:.1%}; "
            "%{customdata[0]:.1f} ms on average, p99 %{customdata[1]:.0f} ms<extra></extra>",
        )
    figure.update_xaxes(visible=True, tickformat=".0%", range=[-0.02, 1.04], title="share of mail it is asked about")
    figure.update_yaxes(visible=True, tickformat=".0%", title="right", showgrid=True, gridcolor=GRID_COLOUR)
    return figure
