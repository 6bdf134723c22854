"""The dial: a desk's week at each threshold, from careful to bold, with errors, time and money moving together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from data.access import LEAD
from data.schema import Threshold
from data.text_input import parse_number
from model.confidence.threshold import (
    CERTAINTY,
    THRESHOLDS,
    TeamCosts,
    WeekOutcome,
    boldest_safe_threshold,
    cheapest_week,
    week_at,
    week_at_each_threshold,
)
from model.evaluation.backtest import Backtest
from model.wording import percent
from pages.ui import current_user, html, sentences
from pages.ui.widgets import store_errors_shown


@dataclass(frozen=True, slots=True)
class Field:
    """One number that the visitor types: its key, name, first value and range."""

    key: str
    label: str
    first: str
    least: float
    most: float


FIELDS = (
    Field("volume", "Emails a week", "1000", 1, 10_000_000),
    Field("minutes", "Minutes to sort one by hand", "1.5", 0, 240),
    Field("hour", "Cost of an hour", "30", 0, 10_000),
    Field("misrouted", "Cost of a misrouted email", "4", 0, 100_000),
    Field("limit", "Most errors it may make, %", "5", 0.1, 50),
)


def desk_form() -> tuple[TeamCosts, float] | None:
    """The desk as the visitor describes it, and the error rate it bears; None where a field is wrong, which it says."""
    typed: dict[str, float] = {}
    for column, field in zip(st.columns(len(FIELDS)), FIELDS, strict=True):
        with column:
            st.session_state.setdefault(field.key, field.first)
            text = st.text_input(field.label, key=field.key)
            try:
                typed[field.key] = parse_number(text, field.least, field.most)
            except ValueError as error:
                st.html(html.field_error(str(error)))
    if len(typed) < len(FIELDS):
        return None
    return TeamCosts(*(typed[key] for key in ("volume", "minutes", "hour", "misrouted"))), typed["limit"] / 100


@st.fragment
def turn(
    trial: Backtest,
    desk: TeamCosts,
    limit: float,
    in_force: float,
    log: Sequence[Threshold],
    keep: Callable[[float, str], object],
) -> None:
    """The slider, its week, the two settings that are proposed, and the button that keeps one for everybody.

    :param keep: takes the threshold and who chose it. It may raise StoreUnavailable.
    """
    from pages.ui.quality import charts

    st.session_state.setdefault("dial", _nearest(in_force))
    at = st.select_slider(
        "From careful to bold: it decides from this confidence on",
        list(reversed(THRESHOLDS)),
        key="dial",
        format_func=percent,
    )
    all_weeks = week_at_each_threshold(trial.sure, trial.hit, desk)
    least, safe = cheapest_week(all_weeks), boldest_safe_threshold(trial.sure, trial.hit, trial.group, limit)
    _figures(week_at(trial.sure, trial.hit, desk, at))
    _proposals(least, safe, limit, all_weeks)
    marks = {"cheapest": least.threshold} | ({"boldest safe": safe} if safe else {})
    marks = {name: one for name, one in marks.items() if one != at}
    st.plotly_chart(
        charts.money(all_weeks, at, marks),
        key="money",
        config={"displayModeBar": False},
        alt=f"The cost of a week at each threshold; least at {percent(least.threshold)}",
    )
    if by := _use(at, in_force, log):
        with store_errors_shown(st.container()):
            keep(at, by)
            st.rerun()


def _use(at: float, in_force: float, log: Sequence[Threshold]) -> str | None:
    """What was set before, and the button that makes a setting hold for everybody. Returns who clicked it."""
    if log:
        st.caption("Set before: " + " · ".join(sentences.threshold_line(one, st.context.timezone) for one in log[:4]))
    if not current_user.may_or_explain(LEAD, "set it for everybody"):
        return None
    said = f"Use {percent(at)} for everybody" if at != in_force else f"{percent(at)} is in force"
    clicked = st.button(said, type="primary", disabled=at == in_force, key="use")
    return current_user.current_principal().name if clicked else None


def _figures(one: WeekOutcome) -> None:
    cells = (
        (percent(one.share), "decided by the machine"),
        (percent(one.right), "of those are right"),
        (f"{one.errors:,.0f}", "errors a week"),
        (sentences.hours(one.minutes), "of people's time a week"),
        (f"{one.money:,.0f}", "cost a week"),
    )
    st.html(html.figures(cells))


def _proposals(least: WeekOutcome, safe: float | None, limit: float, all_weeks: Sequence[WeekOutcome]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="proposals"):
        st.button(f"Cheapest: {percent(least.threshold)}", key="cheapest", on_click=_set, args=(least.threshold,))
        if safe is not None:
            st.button(f"Boldest safe: {percent(safe)}", key="boldest", on_click=_set, args=(safe,))
    if safe is None:
        st.caption(
            f"No setting can be promised to stay under {sentences.per_cent(limit)} errors with "
            f"{sentences.per_cent(CERTAINTY)} certainty: there are too few emails to judge by, or too many errors "
            "among them."
        )
        return
    share = next(one.share for one in all_weeks if one.threshold == safe)
    st.caption(
        f"From {percent(safe)} on, fewer than {sentences.per_cent(limit)} of what it decides is wrong, with "
        f"{sentences.per_cent(CERTAINTY)} certainty if your mail is like this; it then decides {percent(share)}. "
        "Tested from careful to bold, each setting by its exact binomial bound (Clopper & Pearson, 1934), with the "
        "chance of a false promise shared out (Learn then Test, Angelopoulos et al., 2021)."
    )


def _set(threshold: float) -> None:
    st.session_state.dial = threshold


def _nearest(threshold: float) -> float:
    return min(THRESHOLDS, key=lambda one: abs(one - threshold))
