"""Mail that arrived is sorted: by its headers where a machine sent it, else by the classifier."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from time import perf_counter

from data.clock import now
from data.mail import IntakeItem, TriagedMail
from data.schema import Prediction, Triaged
from data.taxonomy import Taxonomy
from model.triage import Predicts, respond_by

AHEAD = timedelta(days=1)
"""How far a sender's clock may be ahead and still be believed."""

_FUTURE = "Its date lies in the future: the time counts from when it was sorted."


def sort(
    found: Sequence[IntakeItem],
    classifier: Predicts,
    decide_above: float | None,
    taxonomy: Taxonomy,
    clock: Callable[[], datetime] = now,
) -> list[TriagedMail]:
    """Decide on the mails that were found, in order; places without one are passed over. Nothing is kept.

    The time to answer by counts from when a mail was sent.
    """
    placed = [one for one in found if one.mail]
    read = [one for one in placed if not _rule(one, taxonomy)]
    started = perf_counter()
    predicted = iter(classifier.predict([one.mail.email for one in read], decide_above) if read else ())
    latency = (perf_counter() - started) * 1000 / max(len(read), 1)
    at = clock()
    return [_arrived(one, _rule(one, taxonomy) or next(predicted), at, latency, taxonomy) for one in placed]


def sent_by_machine(header: str, taxonomy: Taxonomy) -> Prediction | None:
    """The decision on mail that says in a header that a machine sent it; None where no category is for such mail."""
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


def _rule(one: IntakeItem, taxonomy: Taxonomy) -> Prediction | None:
    return sent_by_machine(one.mail.automatic, taxonomy) if one.mail.automatic else None


def _arrived(one: IntakeItem, made: Prediction, at: datetime, latency: float, taxonomy: Taxonomy) -> TriagedMail:
    mail = replace(one.mail, given=_key(one.mail.given, taxonomy))
    if mail.sent_at and mail.sent_at > at + AHEAD:
        mail = replace(mail, sent_at=None, notes=(*mail.notes, _FUTURE))
    due = respond_by(made, min(mail.sent_at or at, at), taxonomy)
    triaged = Triaged(uuid.uuid4().hex, at, mail.email, made, due, latency)
    return TriagedMail(triaged, mail, one.file, one.position, one.own_id)


def _key(given: str, taxonomy: Taxonomy) -> str:
    """The key of the category that a file names by key or name; what it says where that is none."""
    plain = given.strip().casefold()
    return next((key for key, one in taxonomy.choices.items() if plain in (key, one.name.casefold())), given)
