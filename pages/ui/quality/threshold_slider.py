"""The dial: what a team's week costs at each threshold, and the button that puts one into force for everybody."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from data.access import LEAD
from data.schema import Threshold
from data.text_input import parse_number
from model.confidence.threshold import (
    CONFIDENCE_LEVEL,
    THRESHOLDS,
    TeamCosts,
    WeekOutcome,
    boldest_safe_threshold,
    cheapest_week,
    week_at,
    week_at_each_threshold,
)
from model.evaluation.backtest import Backtest
from model.wording import percent, working_time
from pages.ui import current_user, html
from pages.ui.elements import draw_chart, store_errors_shown
from pages.ui.formatting import escape_markdown, time_zone_or_utc

MAX_LISTED_SETTINGS = 4


@dataclass(frozen=True, slots=True)
class NumberField:
    """A number that the visitor types: key and label of its field, the text that stands in it first, and its range."""

    key: str
    label: str
    initial: str
    minimum: float
    maximum: float


TEAM_FIELDS = (
    NumberField("volume", "Emails a week", "1000", 1, 10_000_000),
    NumberField("minutes", "Minutes to sort one by hand", "1.5", 0, 240),
    NumberField("hour", "Cost of an hour", "30", 0, 10_000),
    NumberField("misrouted", "Cost of a misrouted email", "4", 0, 100_000),
    NumberField("limit", "Most errors it may make, %", "5", 0.1, 50),
)


@dataclass(frozen=True, slots=True)
class Team:
    """The visitor's team: its costs, and the share of wrong decisions that it accepts."""

    costs: TeamCosts
    max_error_rate: float


def draw_team_form() -> Team | None:
    """The fields that describe a team; None where one of them is wrong, with a sentence under it."""
    typed: dict[str, float] = {}
    for column, field in zip(st.columns(len(TEAM_FIELDS)), TEAM_FIELDS, strict=True):
        with column:
            st.session_state.setdefault(field.key, field.initial)
            text = st.text_input(field.label, key=field.key)
            try:
                typed[field.key] = parse_number(text, field.minimum, field.maximum)
            except ValueError as error:
                st.html(html.field_error(str(error)))
    if len(typed) < len(TEAM_FIELDS):
        return None
    costs = TeamCosts(*(typed[key] for key in ("volume", "minutes", "hour", "misrouted")))
    return Team(costs, typed["limit"] / 100)


@st.fragment
def draw_threshold_slider(
    backtest: Backtest,
    team: Team,
    in_force: float,
    history: Sequence[Threshold],
    save: Callable[[float, str], object],
) -> None:
    """The slider, the team's week at its threshold, two proposals, and the button that puts it into force.

    :param history: thresholds that were in force, the latest first.
    :param save: takes the threshold and who chose it. It may raise StoreUnavailable.
    """
    st.session_state.setdefault("dial", _nearest_threshold(in_force))
    threshold = st.select_slider(
        "From careful to bold: it decides from this confidence on",
        list(reversed(THRESHOLDS)),
        key="dial",
        format_func=percent,
    )
    weeks = week_at_each_threshold(backtest.sure, backtest.hit, team.costs)
    safe = boldest_safe_threshold(backtest.sure, backtest.hit, backtest.group, team.max_error_rate)
    _draw_week(week_at(backtest.sure, backtest.hit, team.costs, threshold))
    _draw_proposals(weeks, safe, team.max_error_rate)
    _draw_cost_curve(weeks, threshold, safe)
    if by := _draw_save_button(threshold, in_force, history):
        with store_errors_shown(st.container()):
            save(threshold, by)
            st.rerun()


def _draw_week(week: WeekOutcome) -> None:
    figures = (
        (percent(week.share), "decided by the machine"),
        (percent(week.right), "of those are right"),
        (f"{week.errors:,.0f}", "errors a week"),
        (working_time(week.minutes), "of people's time a week"),
        (f"{week.money:,.0f}", "cost a week"),
    )
    st.html(html.key_figures(figures))


def _draw_cost_curve(weeks: Sequence[WeekOutcome], threshold: float, safe: float | None) -> None:
    from pages.ui.quality.charts import cost_curve

    cheapest = cheapest_week(weeks).threshold
    proposals = {"cheapest": cheapest} | ({"boldest safe": safe} if safe else {})
    proposals = {name: proposed for name, proposed in proposals.items() if proposed != threshold}
    alt = f"The cost of a week at each threshold; least at {percent(cheapest)}"
    draw_chart(cost_curve(weeks, threshold, proposals), "money", alt)


def _draw_save_button(threshold: float, in_force: float, history: Sequence[Threshold]) -> str | None:
    """The latest settings, and the button that puts this threshold into force. Returns the name of who clicked it."""
    if history:
        st.caption("Set before: " + " · ".join(map(_setting_line, history[:MAX_LISTED_SETTINGS])))
    if not current_user.may_or_explain(LEAD, "set it for everybody"):
        return None
    is_in_force = threshold == in_force
    label = f"{percent(threshold)} is in force" if is_in_force else f"Use {percent(threshold)} for everybody"
    clicked = st.button(label, type="primary", disabled=is_in_force, key="use")
    return current_user.current_principal().name if clicked else None


def _setting_line(setting: Threshold) -> str:
    at = setting.at.astimezone(time_zone_or_utc(st.context.timezone))
    return f"{percent(setting.decide_above)} by {escape_markdown(setting.by)}, {at:%-d %b %H:%M}"


def _draw_proposals(weeks: Sequence[WeekOutcome], safe: float | None, max_error_rate: float) -> None:
    """Buttons for the cheapest and for the boldest safe threshold, and what is certain of the latter."""
    cheapest = cheapest_week(weeks).threshold
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="proposals"):
        st.button(f"Cheapest: {percent(cheapest)}", key="cheapest", on_click=_set_slider, args=(cheapest,))
        if safe is not None:
            st.button(f"Boldest safe: {percent(safe)}", key="boldest", on_click=_set_slider, args=(safe,))
    limit, certainty = _exact_percent(max_error_rate), _exact_percent(CONFIDENCE_LEVEL)
    if safe is None:
        st.caption(
            f"No setting can be promised to stay under {limit} errors with {certainty} certainty: there are too few "
            "emails to judge by, or too many errors among them."
        )
        return
    decided = next(week.share for week in weeks if week.threshold == safe)
    st.caption(
        f"From {percent(safe)} on, fewer than {limit} of what it decides is wrong, with {certainty} certainty if your "
        f"mail is like this; it then decides {percent(decided)}. "
        "Tested from careful to bold, each setting by its exact binomial bound (Clopper & Pearson, 1934), with the "
        "chance of a false promise shared out (Learn then Test, Angelopoulos et al., 2021)."
    )


def _set_slider(threshold: float) -> None:
    st.session_state.dial = threshold


def _nearest_threshold(threshold: float) -> float:
    return min(THRESHOLDS, key=lambda one: abs(one - threshold))


def _exact_percent(share: float) -> str:
    """A share that was set, not measured: "5 %", "0.5 %"."""
    return f"{share * 100:.4g} %"
