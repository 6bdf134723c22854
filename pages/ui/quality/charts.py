"""Charts of how good it is: tables in, plotly figures out, in the look of `charts`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from model.confidence.threshold import WeekOutcome
from model.evaluation.reports import CandidateScores, Interval, SecondOpinionPoint
from model.wording import percent
from pages.ui.charts import ASK, DECIDED, ON_A_MARK, QUIET, bare, plotly

if TYPE_CHECKING:
    import numpy as np
    from plotly.graph_objects import Figure

BUDGET_MS = 300
GRID = "rgba(128, 134, 142, 0.18)"


def money(weeks: Sequence[WeekOutcome], here: float, marks: dict[str, float]) -> "Figure":
    """What a week costs at each threshold, with the setting that is chosen and others that are named.

    :param marks: thresholds by what they are called, the chosen one aside.
    """
    line = plotly().Scatter(
        x=[week.threshold for week in weeks],
        y=[week.money for week in weeks],
        mode="lines",
        line={"width": 2, "color": DECIDED},
        hovertemplate="from %{x:.0%} sure on: %{y:,.0f} a week<extra></extra>",
    )
    figure = bare(line, height=250, left=56, bottom=40)
    cost = {week.threshold: week.money for week in weeks}
    named = [("this setting", here, ASK), *((name, threshold, DECIDED) for name, threshold in marks.items())]
    for i, (name, threshold, colour) in enumerate(named):
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
        visible=True, rangemode="tozero", tickformat=",.0f", title="a week", showgrid=True, gridcolor=GRID
    )
    figure.update_yaxes(range=[0, max(cost.values()) * 1.15])
    return figure


def dots(rows: Sequence[tuple[str, Interval]], quiet: int = 0, least: float = 0.0) -> "Figure":
    """The share right of each row as a dot on its 95 % interval, with the number beside it; top row first.

    :param quiet: how many of the first rows are drawn quietly, since they are not the ones to believe.
    """
    names = [name for name, _ in rows]
    values = [one.value for _, one in rows]
    colours = [QUIET] * quiet + [DECIDED] * (len(rows) - quiet)
    points = plotly().Scatter(
        x=values,
        y=names,
        mode="markers+text",
        marker={"size": 10, "color": colours},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [one.high - one.value for _, one in rows],
            "arrayminus": [one.value - one.low for _, one in rows],
            "thickness": 1.5,
            "width": 0,
            "color": QUIET,
        },
        text=[percent(value) for value in values],
        textposition="top center",
        cliponaxis=False,
        hovertemplate="%{y}: %{text}<extra></extra>",
    )
    figure = bare(points, height=44 + 36 * len(rows), left=0, bottom=32)
    figure.update_xaxes(visible=True, tickformat=".0%", range=[least, 1.02], showgrid=True, gridcolor=GRID)
    figure.update_yaxes(visible=True, autorange="reversed", automargin=True, ticksuffix="  ", type="category")
    return figure


def confusion(counts: "np.ndarray", names: Sequence[str]) -> "Figure":
    """Who is mistaken for whom: a square for each pair, the larger the more often; a click on it can be told.

    :param counts: k x k, rows are where an email belongs, columns where it went. What went right is left out.
    """
    pairs = [(i, j) for i in range(len(names)) for j in range(len(names)) if i != j and counts[i, j]]
    most = max((counts[pair] for pair in pairs), default=1)
    squares = plotly().Scatter(
        x=[names[j] for _, j in pairs],
        y=[names[i] for i, _ in pairs],
        mode="markers+text",
        text=[str(counts[pair]) if counts[pair] > most / 4 else "" for pair in pairs],
        textfont={"size": 11, "color": ON_A_MARK},
        customdata=[list(pair) for pair in pairs],
        marker={
            "symbol": "square",
            "size": [8 + 22 * (counts[pair] / most) ** 0.5 for pair in pairs],
            "color": ASK,
            "opacity": 1,
        },
        hovertemplate="%{y} went to %{x}<extra></extra>",
    )
    figure = bare(squares, height=140 + 34 * len(names), left=0, bottom=0)
    order = {"type": "category", "categoryorder": "array", "visible": True, "automargin": True, "showgrid": True}
    figure.update_xaxes(**order, categoryarray=list(names), side="top", tickangle=-45, gridcolor=GRID)
    figure.update_yaxes(**order, categoryarray=list(reversed(names)), ticksuffix="  ", gridcolor=GRID)
    return figure


def reliability(bins: Sequence[tuple[float, float, int]]) -> "Figure":
    """What it says against what comes true: on the diagonal, 80 % sure means right 80 times in 100.

    :param bins: mean confidence, share right and count, the least sure first.
    """
    said, true = [one[0] for one in bins], [one[1] for one in bins]
    line = plotly().Scatter(
        x=said,
        y=true,
        mode="lines+markers",
        line={"width": 2, "color": DECIDED},
        marker={"size": 8},
        customdata=[one[2] for one in bins],
        hovertemplate="says %{x:.0%}, right %{y:.0%} of %{customdata} emails<extra></extra>",
    )
    figure = bare(line, height=320, left=56, bottom=44)
    figure.add_shape(type="line", x0=0, y0=0, x1=1, y1=1, line={"width": 1, "dash": "dot", "color": ASK})
    figure.add_annotation(x=0.56, y=0.4, text="as sure as it is right", showarrow=False)
    figure.update_xaxes(visible=True, tickformat=".0%", range=[0, 1.02], title="how sure it says it is")
    figure.update_yaxes(
        visible=True, tickformat=".0%", range=[0, 1.02], title="how often it is right", showgrid=True, gridcolor=GRID
    )
    return figure


def race(candidates: Sequence[CandidateScores]) -> "Figure":
    """The candidates by time for one email (logarithmic) and share right on industries they had not seen."""
    points = plotly().Scatter(
        x=[one.single_ms for one in candidates],
        y=[one.away.accuracy.value for one in candidates],
        mode="markers+text",
        text=[one.name for one in candidates],
        textposition=["bottom center" if i % 2 else "top center" for i in range(len(candidates))],
        marker={"size": 11, "color": [QUIET] * (len(candidates) - 1) + [DECIDED]},
        hovertemplate="%{text}: %{x:.2g} ms, right on %{y:.1%}<extra></extra>",
        cliponaxis=False,
    )
    figure = bare(points, height=320, left=56, bottom=44)
    figure.add_vline(x=BUDGET_MS, line={"width": 1.5, "dash": "dot", "color": ASK})
    figure.add_annotation(x=2.477, y=1, yref="paper", xanchor="right", text="300 ms budget ", showarrow=False)
    figure.update_xaxes(visible=True, type="log", range=[-2.2, 2.7], title="time for one email", ticksuffix=" ms")
    figure.update_xaxes(tickvals=[0.01, 0.1, 1, 10, 100], ticktext=["0.01", "0.1", "1", "10", "100"])
    figure.update_yaxes(
        visible=True,
        tickformat=".0%",
        range=[0.3, 0.92],
        title="right, industry not seen",
        showgrid=True,
        gridcolor=GRID,
    )
    return figure


def cascade(curve: Sequence[SecondOpinionPoint]) -> "Figure":
    """The second opinion: share right against the share of mail that it is asked about."""
    series = [("industry not seen", [one.away for one in curve], DECIDED)]
    if all(one.elsewhere is not None for one in curve):
        series.append(("others' messages", [one.elsewhere for one in curve], ASK))
    figure = bare(None, height=300, left=56, bottom=44)
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
    figure.update_yaxes(visible=True, tickformat=".0%", title="right", showgrid=True, gridcolor=GRID)
    return figure
