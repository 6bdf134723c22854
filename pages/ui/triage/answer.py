"""The decision on one email: a sentence, the reason, and the likeliest categories as a chart."""

from datetime import datetime
from html import escape

import streamlit as st

from data.schema import Prediction, Triaged
from data.taxonomy import Taxonomy
from model.wording import percent
from pages.ui.elements import draw_chart
from pages.ui.formatting import time_zone_or_utc

CHART_CATEGORIES = 5


def draw_empty_answer() -> None:
    """What stands in place of the decision before the first email."""
    st.html(
        '<div class="mr-empty"><b>The decision will be here.</b><br>One sentence: which team gets the email, by when '
        "it must be answered, and how sure that is. Below it the words that decided, and how usual such mail is. Where "
        "the model is not sure enough, it says so and asks a person.</div>"
    )


def draw_answer(triaged: Triaged, taxonomy: Taxonomy) -> None:
    """The decision in one sentence; under it the reason, the team, and what decided in how many milliseconds."""
    decided = triaged.prediction.decided
    kind = "Decided" if decided else "A person should decide"
    st.html(
        f'<div class="mr-answer {"decided" if decided else "ask"}" role="status"><span class="mr-kind">{kind}</span>'
        f"<p>{_headline(triaged, taxonomy, st.context.timezone)}</p>"
        f'<div class="mr-note">{_details(triaged, taxonomy)}</div></div>'
    )


def draw_confidence(prediction: Prediction, taxonomy: Taxonomy, threshold: float) -> None:
    """The five likeliest categories as bars, with the threshold for a decision."""
    from pages.ui.triage.charts import confidence_bars

    likeliest = list(prediction.scores.items())[:CHART_CATEGORIES]
    names = [taxonomy.category(key).name for key, _ in likeliest]
    figure = confidence_bars(names, [share for _, share in likeliest], threshold, prediction.decided)
    draw_chart(figure, "confidence", f"{names[0]} {percent(likeliest[0][1])}, then {', '.join(names[1:])}")


def _headline(triaged: Triaged, taxonomy: Taxonomy, zone: str | None) -> str:
    """HTML: where the email goes, by when it must be answered, how sure that is."""
    prediction = triaged.prediction
    due = _due(triaged, taxonomy, zone)
    if prediction.decided:
        name = escape(taxonomy.category(prediction.category).name)
        return f"Goes to <b>{name}</b>. {due} {percent(prediction.confidence)} sure."
    if prediction.cause != "unsure":
        return f"Ask a person. {due}"
    names = [escape(taxonomy.category(key).name) for key in prediction.shortlist[:2]]
    return f"Ask a person: <b>{' or '.join(names)}?</b> {due}"


def _details(triaged: Triaged, taxonomy: Taxonomy) -> str:
    """HTML: the reason, then the team, what decided and how long it took."""
    prediction = triaged.prediction
    team = [f"Team {taxonomy.category(prediction.category).team}"] if prediction.decided else []
    read_by = f"Read by {prediction.decided_by} in {triaged.latency_ms:,.0f} ms"
    return f"{escape(prediction.reason)}<br>{escape(' · '.join([*team, read_by]))}"


def _due(triaged: Triaged, taxonomy: Taxonomy, zone: str | None) -> str:
    prediction = triaged.prediction
    if prediction.decided and not taxonomy.category(prediction.category).needs_answer:
        return f"{prediction.priority}: no answer needed."
    return f"{prediction.priority}: answer by {_local_time(triaged.respond_by, triaged.at, zone)}."


def _local_time(at: datetime, now: datetime, zone: str | None) -> str:
    """HTML: the time of day; with the weekday if not today, the date if a week off or more; all of it on hover."""
    local, local_now = at.astimezone(time_zone_or_utc(zone)), now.astimezone(time_zone_or_utc(zone))
    days = abs((local.date() - local_now.date()).days)
    shown = f"{local:%H:%M}" if days == 0 else f"{local:%a %H:%M}" if days < 7 else f"{local:%-d %b %Y}"
    return f'<time datetime="{local.isoformat()}" title="{local:%A %-d %B %Y, %H:%M} {local:%Z}">{shown}</time>'
