"""What shows how good it is: honest scores, categories, mix-ups, reliability, other models, and tests of one's own."""

from typing import TYPE_CHECKING

import streamlit as st

from data.schema import Email
from data.taxonomy import Taxonomy
from model.evaluation.reports import BenchmarkScores
from model.wording import percent
from pages.ui import html
from pages.ui.quality.test_sets import TestSetResult

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

    from model.classify.classifier import Classifier
    from model.confidence.threshold import TeamCosts
    from model.evaluation.held_out import HeldOutPredictions

SQUEAKY = "My invoice for March shows the old address of our office. Please send me a corrected copy."

WIDE = 0.03
"""How much too sure of itself is worth a word."""

SHOWN = 30
"""Emails that one mix-up opens at most."""


def ways(found: BenchmarkScores) -> None:
    """The same model, tested in four ways, each harder than the one before."""
    from pages.ui.quality import charts

    st.header("Why the last number is the one to believe", anchor=False)
    each = [
        ("random split", found.random),
        ("no look-alikes", found.grouped),
        ("industry not seen", found.away),
        ("others' messages", found.elsewhere),
    ]
    rows = [(name, scores.accuracy) for name, scores in each if scores]
    left, right = st.columns([3, 2], gap="large", vertical_alignment="center")
    with left:
        _chart(charts.dots(rows, quiet=2, least=0.5), "ways", f"Right on {percent(rows[-1][1].value)} at the last")
    right.markdown(
        "A **random split** lets the model see a twin of what it is asked: everybody reports it. Without "
        "**look-alikes** the twins are gone. With an **industry left out** it meets firms that it has never read "
        "about, as it would at yours. **Others' messages** were written by people who never heard of Mailroom; they "
        "are short, labelled through a table that is wrong now and then, and still the nearest thing to a stranger's "
        "mail."
    )


def categories(judge: TestSetResult, taxonomy: Taxonomy) -> None:
    """The share right by category, the best first."""
    from pages.ui.quality import charts

    ranked = sorted(judge.by_category, key=lambda row: -row.right.value)
    named = [(taxonomy.category(row.name).name, row.right) for row in ranked]
    st.header(f"Surest with {named[0][0]}, least so with {named[-1][0]}", anchor=False)
    st.caption(f"Share right by category, {judge.where}, with 95 % intervals.")
    _chart(charts.dots(named), "categories", ", ".join(f"{n} {percent(r.value)}" for n, r in named))


def mixups(evidence: "HeldOutPredictions", taxonomy: Taxonomy) -> None:
    """Who is mistaken for whom; a click on a square, or a choice below, opens the emails."""
    from model.evaluation.metrics import confusions
    from pages.ui.quality import charts

    counts = confusions(evidence)
    names = [taxonomy.category(key).name for key in evidence.categories]
    pairs = sorted(
        ((int(counts[i, j]), i, j) for i in range(len(names)) for j in range(len(names)) if i != j), reverse=True
    )
    st.header("Who is mistaken for whom", anchor=False)
    if not pairs or not pairs[0][0]:
        st.caption("Nothing is.")
        return
    most, true, went = pairs[0]
    st.caption(
        f"Most often: {names[true]} that went to {names[went]}, {most} times. Click a square to read the emails."
    )
    figure = charts.confusion(counts, names)
    picked = st.plotly_chart(
        figure,
        key="mixups",
        on_select="rerun",
        selection_mode="points",
        config={"displayModeBar": False},
        alt=f"Most often: {names[true]} that went to {names[went]}. All pairs are in the list below",
    )
    options = [(i, j) for count, i, j in pairs if count]
    clicked = [tuple(point["customdata"]) for point in picked["selection"]["points"]]
    chosen = st.selectbox(
        "Emails of this mix-up",
        options,
        index=options.index(clicked[0]) if clicked and clicked[0] in options else 0,
        format_func=lambda pair: f"{names[pair[0]]} that went to {names[pair[1]]} ({counts[pair]})",
        key=f"mixup_{clicked}",
    )
    inside = evidence.inside
    here = inside.only((inside.truth == chosen[0]) & (inside.guess == chosen[1]) & ~inside.hit)
    texts = [html.quoted(example.subject, example.body) for example in here.examples if example.text][:SHOWN]
    rest = len(here.examples) - len(texts)
    texts += [f'<p class="mr-note">… and {rest} more.</p>'] if rest > 0 else []
    st.html(html.scrolled("".join(texts), "Emails of this mix-up"))


def calibration(judge: TestSetResult) -> None:
    """The reliability diagram, with what it says in a sentence."""
    from model.evaluation.metrics import reliability
    from pages.ui.quality import charts

    off = judge.scores.calibration_error.value
    st.header(f"When it says how sure it is, it is off by {off:.1%}", anchor=False)
    bins = reliability(judge.confidence, judge.hit)
    too_sure = [said for said, true, _ in bins if said > true + WIDE]
    st.caption(
        f"Expected calibration error over ten bins, {judge.where}. Below the dotted line it is too sure of itself"
        + (f": most so where it says {percent(max(too_sure))}." if too_sure else ", which it hardly is anywhere.")
    )
    _chart(charts.reliability(bins), "reliability", f"Off by {off:.1%} on average")


def shortlist(found: BenchmarkScores) -> None:
    """What became of the promise of the shortlist, here and elsewhere."""
    st.header("The shortlist", anchor=False)
    each = [("industries it has not seen", found.shortlist_away), ("others' messages", found.shortlist_elsewhere)]
    for where, one in each:
        if one is None:
            continue
        kept = one.held.high >= one.promised
        icon = ":material/check:" if kept else ":material/warning:"
        st.markdown(
            f"{icon} On {where} it holds a right team {percent(one.held.value)} of the time ({one.held.low:.0%} to "
            f"{one.held.high:.0%}), {one.length:.1f} names long on average; promised: {percent(one.promised)}."
            + ("" if kept else " **There the promise is broken**: that mail is too unlike what it was made on.")
        )


def models(found: BenchmarkScores, desk: "TeamCosts | None") -> None:
    """The candidates side by side in quality, speed, size and money."""
    from pages.ui.quality import charts

    st.header("The models side by side", anchor=False)
    best = max(found.candidates, key=lambda one: one.away.accuracy.value)
    slowest = max(one.single_ms for one in found.candidates)
    _chart(
        charts.race(found.candidates),
        "race",
        f"{best.name} is right most often, on {percent(best.away.accuracy.value)}; the slowest takes {slowest:.1f} ms",
    )
    st.html(html.candidates(found.candidates, desk))
    st.caption(
        "Right: on emails of industries that were not learned from, and on others' messages. One email: the median "
        "time, on one machine in one run. Money: a week of your desk above at each model's own cheapest setting."
    )


def second_opinion(found: BenchmarkScores) -> None:
    """The second opinion's trade-off, where it has been measured."""
    from pages.ui.quality import charts

    if not found.second:
        return
    gain = found.second.away_gain
    st.header(f"A second opinion adds {gain.value * 100:.1f} points", anchor=False)
    st.caption(
        f"Where the first opinion is unsure, a sentence encoder is asked too ({gain.low * 100:.1f} to "
        f"{gain.high * 100:.1f} points on industries not seen). It takes {found.second.memory_mb:,.0f} MB of memory "
        "and is an extra: `make run WITH=embeddings`."
    )
    never, always = found.second.curve[0], found.second.curve[-1]
    spoken = f"Right on {never.away:.1%} if it is never asked, on {always.away:.1%} if it is asked about all mail"
    _chart(charts.cascade(found.second.curve), "cascade", spoken)


def priority(found: BenchmarkScores) -> None:
    """Impact and urgency against what they have to beat."""
    st.header("How soon: does the model earn its place?", anchor=False)
    st.caption(
        "Right on impact and urgency, on emails without look-alikes in what was learned. Rare levels count as much as "
        "common ones in macro-F1, which is what matters: to call everything low is right on most mail, and useless."
    )
    st.html(html.levels(found))


def squeaky_wheel(classifier: "Classifier | None", found: BenchmarkScores | None) -> None:
    """Type an email and see whether shouting moves its priority."""
    from model.text.pressure_variants import pressure_variants

    st.header("Does shouting help?", anchor=False)
    pairs = f" Of {found.pressure_pairs} improvised pairs, {found.pressure_moved} moved." if found else ""
    st.caption(f"It should not: type an email, and it is read calm and under eight kinds of pressure.{pairs}")
    text = st.text_area("An email", SQUEAKY, key="squeaky", height=110, max_chars=5_000)
    if classifier is None or not text.strip():
        return
    kinds = list(pressure_variants(Email(body=text)))
    before, *after = classifier.predict([Email(body=text), *(email for _, email in kinds)])
    st.html(html.pressures(before, [(name, made) for (name, _), made in zip(kinds, after, strict=True)]))


def _chart(figure: "Figure", key: str, spoken: str) -> None:
    st.plotly_chart(figure, key=key, config={"displayModeBar": False}, alt=spoken)
