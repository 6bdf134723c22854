"""From numbers to a decision: the machine decides, or a person is asked, and why."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from data.schema import Email, Prediction
from data.taxonomy import Taxonomy
from model.priority.matrix import impact_of_customers, priority_of
from model.wording import percent

FEWEST_WORDS = 3
MOSTLY_KNOWN = 0.7


@dataclass(frozen=True, slots=True)
class Limits:
    """The machine decides above `decide_above` (confidence) and below `novelty`; otherwise it asks a person."""

    decide_above: float = 0.7
    novelty: float = 0.35

    def above(self, decide_above: float | None) -> "Limits":
        """The same with another threshold, if one is given."""
        return self if decide_above is None else replace(self, decide_above=decide_above)


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
    if reading.length == 0:
        return "too_short", "It has no words to decide on."
    takes = f"it takes {percent(limits.decide_above)} to decide."
    if reading.novelty >= limits.novelty:
        return "unfamiliar", _unlike(reading.known)
    if reading.length < FEWEST_WORDS:
        return "too_short", "It has too few words to decide on."
    if confidence < limits.decide_above:
        return "unsure", f"Not sure enough: {percent(confidence)}, and {takes}"
    return "confident", f"Sure enough: {takes}"


def _unlike(known: float) -> str:
    if known < MOSTLY_KNOWN:
        return f"It is unlike the mail that was learned from: {percent(known)} of its words are known."
    return "It does not read like mail for any of the teams."


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
