"""Decisions in plain sentences, as escaped HTML where they carry markup."""

import re
from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from data.mail import BATCH_DONE, BATCH_WATCHED, Batch, QueueItem
from data.schema import Tally, Threshold, Triaged
from data.taxonomy import Taxonomy
from model.serving.manifest import OUR_CORPUS, Manifest
from model.training.comparison import LabelWorth
from model.wording import percent

if TYPE_CHECKING:
    from model.priority.simulation import ShiftSimulation

NAMELESS = "The log needs a name: type yours above."

_MARKDOWN = re.compile(r"[!-/:-@\[-`{-~]")


def headline(triaged: Triaged, taxonomy: Taxonomy, zone: str | None) -> str:
    """The one sentence: who gets it, how soon, how sure. HTML."""
    made = triaged.prediction
    due = _due(triaged, taxonomy, zone)
    if made.decided:
        name = escape(taxonomy.category(made.category).name)
        return f"Goes to <b>{name}</b>. {due} {percent(made.confidence)} sure."
    if made.cause != "unsure":
        return f"Ask a person. {due}"
    names = [escape(taxonomy.category(key).name) for key in made.shortlist[:2]]
    return f"Ask a person: <b>{' or '.join(names)}?</b> {due}"


def under_headline(triaged: Triaged, taxonomy: Taxonomy) -> str:
    """Why it was decided so, by whom, how fast. HTML."""
    made = triaged.prediction
    team = [f"Team {taxonomy.category(made.category).team}"] if made.decided else []
    by = f"Read by {made.decided_by} in {triaged.latency_ms:,.0f} ms"
    return f"{escape(made.reason)}<br>{escape(' · '.join([*team, by]))}"


def model_line(manifest: Manifest) -> str:
    """The model and its honest score in one line."""
    score = manifest.report.away.accuracy
    interval = f"{score.low:.0%} to {score.high:.0%}"
    ours = "our own mail" if manifest.source == OUR_CORPUS else manifest.source
    right = f"right on {score.value:.0%} of {ours} from industries it had not seen ({interval})"
    return f"Model of {manifest.trained_at:%-d %b %Y} · learned from {manifest.examples:,} emails · {right}"


def answer_by(when: datetime, now: datetime, zone: str | None) -> str:
    """A time by the visitor's clock: with the day if not today, the date if far off; the zone on hover. HTML."""
    local, here = when.astimezone(time_zone(zone)), now.astimezone(time_zone(zone))
    days = abs((local.date() - here.date()).days)
    shown = f"{local:%H:%M}" if days == 0 else f"{local:%a %H:%M}" if days < 7 else f"{local:%-d %b %Y}"
    return f'<time datetime="{local.isoformat()}" title="{local:%A %-d %B %Y, %H:%M} {local:%Z}">{shown}</time>'


def threshold_line(one: Threshold, zone: str | None) -> str:
    """A setting of the dial as its log shows it, safe in Markdown."""
    return f"{percent(one.decide_above)} by {plain(one.by)}, {one.at.astimezone(time_zone(zone)):%-d %b %H:%M}"


def plain(text: str) -> str:
    """A text from outside as Markdown shows it, character by character."""
    return _MARKDOWN.sub(lambda found: f"&#{ord(found.group())};", " ".join(text.split()))


def per_cent(share: float) -> str:
    """An exact share: "5 %", "0.5 %"."""
    return f"{share * 100:.4g} %"


def hours(minutes: float) -> str:
    """A stretch of work: "40 min", "12 h"."""
    return f"{minutes:,.0f} min" if minutes < 120 else f"{minutes / 60:,.0f} h"


def on_mail_like_this(share: float, right: float) -> str:
    """The first answer to "how good is it?"."""
    return (
        f"On mail like this it decides <b>{share * 10:.0f} in 10</b> by itself, and is right on "
        f"<b>{right * 100:.0f} of 100</b> of those."
    )


def compared(more: str, usual: Sequence[float], value: float) -> str:
    """How a number lies among those of the training mail: "Longer than 71 % of the mail it learned from"."""
    share = sum(one < value for one in usual) / len(usual)
    return f"{more.capitalize()} than {share:.0%} of the mail it learned from"


def _due(triaged: Triaged, taxonomy: Taxonomy, zone: str | None) -> str:
    made = triaged.prediction
    if made.decided and not taxonomy.category(made.category).needs_answer:
        return f"{made.priority}: no answer needed."
    return f"{made.priority}: answer by {answer_by(triaged.respond_by, triaged.at, zone)}."


def worth(found: LabelWorth) -> str:
    """What the next labels should bring."""
    if found.gain is None:
        return "It is too early to tell what more labels would bring."
    low, value, high = (f"{100 * one:+.1f}" for one in (found.gain.low, found.gain.value, found.gain.high))
    return f"{found.more} more labels: about {value} points ({low} to {high}) on mail like what was labelled."


def progress(day: Tally, left: int) -> str:
    """How the day of somebody who labels goes, in one line."""
    said = [f"{day.answers:,} today", f"{left:,} left"]
    if day.answers:
        said.insert(1, f"{day.seconds / day.answers:,.0f} s each")
        said.append(f"the model agrees on {percent(day.agreed / day.answers)}")
    if day.audits:
        said.append(f"on {day.audits_agreed:,} of {day.audits:,} drawn at random")
    return " · ".join(said)


def going_on(batch: Batch, share: float, seconds: float) -> str:
    """How far the sorting of files is: count, rate, time left."""
    count = batch.read + batch.bad
    if not count or seconds <= 0:
        return "Reading …"
    left = seconds * (1 - share) / share if share else None
    rest = f" · {_lasts(left)} left" if left is not None else ""
    return f"{count:,} emails · {count / seconds:,.0f} a second{rest}"


def _lasts(seconds: float) -> str:
    return f"{seconds:,.0f} s" if seconds < 90 else f"{seconds / 60:,.0f} min"


def all_accounted(batch: Batch, listed: int) -> str:
    """That nothing was dropped: read and bad are all there was; and where fewer are listed, that they are."""
    what = {BATCH_DONE: "all that was in it", BATCH_WATCHED: "all that has come"}.get(
        batch.state, "all that was reached"
    )
    all_ = f"Read {batch.read:,} + could not read {batch.bad:,} = {batch.read + batch.bad:,}, {what}."
    return all_ if listed >= batch.read else f"{all_} {listed:,} are listed here, the latest that were not forgotten."


def goes_to(line: QueueItem, taxonomy: Taxonomy) -> str:
    """Where a mail goes, with a question mark where a person should say."""
    name = taxonomy.category(line.category).name
    return name if line.settled else f"{name}?"


def saved(one: "ShiftSimulation") -> str:
    """What the order saves, in a sentence. HTML."""
    late, then = sum(one.breached_by_arrival.values()), sum(one.breached_by_cost.values())
    who = "one person" if one.people == 1 else f"{one.people:,} people"
    if not late and not then:
        return f"With {who} no answer is late, in whatever order."
    if one.avoided <= 0:
        return (
            f"With {who} {then:,} answers are late in this order and {late:,} as they came: it minds the costly ones."
        )
    return f"With {who} it keeps <b>{one.avoided:,} of {late:,}</b> late answers from being late."


def sent(when: datetime | None, zone: str | None) -> str:
    """When a mail was sent, by the visitor's clock."""
    return f"Sent {when.astimezone(time_zone(zone)):%-d %b %Y, %H:%M}" if when else ""


def time_zone(name: str | None) -> ZoneInfo:
    """A visitor's time zone; UTC where it is not known."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
