"""From what was read in an email to a decision: where it goes, its priority, and whether a person should decide."""

from collections.abc import Sequence
from dataclasses import dataclass

from data.schema import Email, Prediction
from data.taxonomy import Taxonomy
from model.confidence.limits import Limits
from model.priority.matrix import impact_of_customers, priority_of
from model.wording import percent

MOSTLY_KNOWN = 0.7
"""The share of known words below which unknown words are given as the reason for novelty."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a classifier read in one email, before any decision: its calm `text`, probabilities by category, `length` in
    words.

    The `listed` likeliest categories are its shortlist; `asked` tells whether a second opinion was asked.
    """

    text: str
    scores: dict[str, float]
    impact: str
    urgency: str
    length: int
    known: float
    novelty: float
    listed: int
    asked: bool = False


def decide(email: Email, reading: Reading, taxonomy: Taxonomy, limits: Limits, name: str, version: str) -> Prediction:
    """The decision on one email, from what the classifier of that name and version read in it."""
    scores = dict(sorted(reading.scores.items(), key=lambda item: -item[1]))
    best, confidence = next(iter(scores.items()))
    impact = _impact(reading.impact, email, taxonomy)
    level, lifted = priority_of(
        reading.text, taxonomy.category(best), impact, reading.urgency, email.customers_affected, taxonomy
    )
    cause, reason = _verdict(confidence, reading, limits)
    action = "route" if cause == "confident" else "ask"
    return Prediction(
        scores=scores,
        impact=impact,
        urgency=reading.urgency,
        priority=level,
        priority_reason=lifted,
        confidence=confidence,
        known=reading.known,
        novelty=reading.novelty,
        action=action,
        cause=cause,
        reason=reason,
        shortlist=tuple(scores)[: max(reading.listed, 1 if action == "route" else 2)],
        decided_by=f"{name} and its second opinion" if reading.asked else name,
        model_version=version,
    )


def _impact(read: str, email: Email, taxonomy: Taxonomy) -> str:
    """The impact that was read, or the one that the number of customers makes it, whichever is higher."""
    counted = impact_of_customers(email.customers_affected, taxonomy.priorities)
    return max(read, counted, key=taxonomy.priorities.levels.index)


def _verdict(confidence: float, reading: Reading, limits: Limits) -> tuple[str, str]:
    """The cause of the decision, and the reason in words."""
    takes = f"it takes {percent(limits.decide_above)} to decide."
    obstacles = limits.obstacles(confidence, reading.novelty, reading.length)
    match next((cause for cause, holds in obstacles.items() if holds), "confident"):
        case "no_words":
            return "too_short", "It has no words to decide on."
        case "unfamiliar":
            return "unfamiliar", _unlike(reading.known)
        case "too_short":
            return "too_short", "It has too few words to decide on."
        case "unsure":
            return "unsure", f"Not sure enough: {percent(confidence)}, and {takes}"
        case cause:
            return cause, f"Sure enough: {takes}"


def _unlike(known: float) -> str:
    if known < MOSTLY_KNOWN:
        return f"It is unlike the mail that was learned from: {percent(known)} of its words are known."
    return "It does not read like mail for any of the teams."


def decide_by_header(header: str, taxonomy: Taxonomy) -> Prediction | None:
    """The decision on mail with a header that says that a machine sent it; None where no category is for such mail."""
    goes = taxonomy.automatic
    if goes is None:
        return None
    lowest = taxonomy.priorities.levels[0]
    return Prediction(
        scores={goes.key: 1.0},
        impact=lowest,
        urgency=lowest,
        priority=taxonomy.priorities.matrix[lowest][lowest],
        priority_reason="",
        confidence=1.0,
        known=1.0,
        novelty=0.0,
        action="route",
        cause="automatic",
        reason=f"A machine sent it: its header says {header}.",
        shortlist=(goes.key,),
        decided_by="a rule on its headers",
        model_version="headers",
    )


def ask_person(emails: Sequence[Email], taxonomy: Taxonomy, reason: str) -> list[Prediction]:
    """The last step down: every email goes to a person, at a middling priority, with the reason in words."""
    return [_unread(email, taxonomy, reason) for email in emails]


def _unread(email: Email, taxonomy: Taxonomy, reason: str) -> Prediction:
    middle = taxonomy.priorities.middle
    even = dict.fromkeys(taxonomy.categories, 1 / len(taxonomy.categories))
    impact = _impact(middle, email, taxonomy)
    return Prediction(
        scores=even,
        impact=impact,
        urgency=middle,
        priority=taxonomy.priorities.matrix[middle][impact],
        priority_reason="",
        confidence=0.0,
        known=0.0,
        novelty=1.0,
        action="ask",
        cause="unread",
        reason=reason,
        shortlist=(),
        decided_by="nobody",
        model_version="none",
    )
