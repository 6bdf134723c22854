"""What `make scores` measured: four splits, the shortlist, the model candidates, the second opinion, priority."""

from typing import TYPE_CHECKING

import streamlit as st

from model.evaluation.reports import BenchmarkScores
from model.wording import percent
from pages.ui.elements import draw_chart
from pages.ui.quality import score_tables

if TYPE_CHECKING:
    from model.confidence.threshold import TeamCosts


def draw_splits(benchmark: BenchmarkScores) -> None:
    """Accuracy of the same model on four splits, each harder than the one before."""
    from pages.ui.quality.charts import accuracy_dots

    st.header("Why the last number is the one to believe", anchor=False)
    splits = [
        ("random split", benchmark.random),
        ("no look-alikes", benchmark.grouped),
        ("industry not seen", benchmark.away),
        ("others' messages", benchmark.elsewhere),
    ]
    rows = [(name, scores.accuracy) for name, scores in splits if scores]
    left, right = st.columns([3, 2], gap="large", vertical_alignment="center")
    with left:
        figure = accuracy_dots(rows, quiet_rows=2, axis_from=0.5)
        draw_chart(figure, "ways", f"Right on {percent(rows[-1][1].value)} at the last")
    right.markdown(
        "A **random split** lets the model see a twin of what it is asked: everybody reports it. Without "
        "**look-alikes** the twins are gone. With an **industry left out** it meets firms that it has never read "
        "about, as it would at yours. **Others' messages** were written by people who never heard of Mailroom; they "
        "are short, labelled through a table that is wrong now and then, and still the nearest thing to a stranger's "
        "mail."
    )


def draw_shortlist_coverage(benchmark: BenchmarkScores) -> None:
    """Whether the shortlist holds a right category as often as promised, on industries held out and others' mail."""
    st.header("The shortlist", anchor=False)
    sets = [
        ("industries it has not seen", benchmark.shortlist_away),
        ("others' messages", benchmark.shortlist_elsewhere),
    ]
    for where, coverage in sets:
        if coverage is None:
            continue
        held = coverage.held
        kept = held.high >= coverage.promised
        icon = ":material/check:" if kept else ":material/warning:"
        st.markdown(
            f"{icon} On {where} it holds a right team {percent(held.value)} of the time ({held.low:.0%} to "
            f"{held.high:.0%}), {coverage.length:.1f} names long on average; promised: {percent(coverage.promised)}."
            + ("" if kept else " **There the promise is broken**: that mail is too unlike what it was made on.")
        )


def draw_candidates(benchmark: BenchmarkScores, costs: "TeamCosts | None") -> None:
    """The model candidates side by side in accuracy, speed, size and, with costs, money."""
    from pages.ui.quality.benchmark_charts import candidate_scatter

    st.header("The models side by side", anchor=False)
    best = max(benchmark.candidates, key=lambda one: one.away.accuracy.value)
    slowest = max(one.single_ms for one in benchmark.candidates)
    draw_chart(
        candidate_scatter(benchmark.candidates),
        "race",
        f"{best.name} is right most often, on {percent(best.away.accuracy.value)}; the slowest takes {slowest:.1f} ms",
    )
    st.html(score_tables.candidate_table(benchmark.candidates, costs))
    st.caption(
        "Right: on emails of industries that were not learned from, and on others' messages. One email: the median "
        "time, on one machine in one run. Money: a week of your desk above at each model's own cheapest setting."
    )


def draw_second_opinion(benchmark: BenchmarkScores) -> None:
    """What the second opinion gains and costs, where it has been measured."""
    from pages.ui.quality.benchmark_charts import second_opinion_curve

    second = benchmark.second
    if not second:
        return
    gain = second.away_gain
    st.header(f"A second opinion adds {gain.value * 100:.1f} points", anchor=False)
    st.caption(
        f"Where the first opinion is unsure, a sentence encoder is asked too ({gain.low * 100:.1f} to "
        f"{gain.high * 100:.1f} points on industries not seen). It takes {second.memory_mb:,.0f} MB of memory "
        "and is an extra: `make run WITH=embeddings`."
    )
    never, always = second.curve[0], second.curve[-1]
    alt = f"Right on {never.away:.1%} if it is never asked, on {always.away:.1%} if it is asked about all mail"
    draw_chart(second_opinion_curve(second.curve), "cascade", alt)


def draw_level_scores(benchmark: BenchmarkScores) -> None:
    """Accuracy on impact and urgency, beside the baselines."""
    st.header("How soon: does the model earn its place?", anchor=False)
    st.caption(
        "Right on impact and urgency, on emails without look-alikes in what was learned. Rare levels count as much as "
        "common ones in macro-F1, which is what matters: to call everything low is right on most mail, and useless."
    )
    st.html(score_tables.level_table(benchmark))
