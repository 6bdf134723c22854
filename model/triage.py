"""The verb: decide on mail, keep the decisions, announce them. Every way into Mailroom calls it."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

from data.clock import now
from data.mail import IntakeItem, Mail, TriagedMail
from data.provenance import Provenance
from data.schema import Email, Prediction, Triaged
from data.taxonomy import Taxonomy
from model.classify.decision import decide_by_header
from model.confidence.limits import Limits, limits_in_force
from model.events import Decided, decided
from model.priority.calendar import response_due

if TYPE_CHECKING:
    from data.store import Store

CLOCK_SKEW = timedelta(days=1)
"""How far a sender's clock may be ahead and its date still be believed."""

DATE_IN_FUTURE = "Its date lies in the future: the time counts from when it was sorted."


class Classifies(Protocol):
    """A classifier: a taxonomy, the limits from which it decides by default, and one decision an email, in order."""

    taxonomy: Taxonomy
    limits: Limits

    def predict(self, emails: Sequence[Email], limits: Limits | None = None) -> list[Prediction]: ...


def call(work: Callable[..., Any], *given: Any) -> Any:
    """Call once; what `retry` does where nothing is tried again."""
    return work(*given)


def triage(
    items: Sequence[IntakeItem],
    classifier: Classifies,
    store: "Store | None",
    provenance: Provenance,
    *,
    limits: Limits | None = None,
    clock: Callable[[], datetime] = now,
    retry: Callable[..., Any] = call,
) -> list[TriagedMail]:
    """Decide on mails, by header where a machine sent them, keep the decisions all or none, then announce them.

    Items without a mail are passed over, and so are mails whose lease has passed to somebody else. The time to answer
    by counts from when a mail was sent.

    :param store: without one nothing is kept or announced.
    :param limits: where none are given, those in force.
    :param retry: calls the function that it is given with the rest of its arguments, again where that pays.
    Raises StoreUnavailable when the decisions cannot be kept.
    """
    taxonomy = classifier.taxonomy
    mails = [item for item in items if item.mail]
    limits = limits or retry(limits_in_force, store, classifier.limits)
    started = perf_counter()
    predictions = _predict([item.mail for item in mails], classifier, limits)
    latency = (perf_counter() - started) * 1000 / max(len(mails), 1)
    at = clock()
    made = [
        _triaged(item, prediction, at, latency, taxonomy) for item, prediction in zip(mails, predictions, strict=True)
    ]
    if store is None:
        return made
    kept = retry(store.keep, made, provenance)
    if kept:
        decided.announce(Decided(kept, provenance))
    return kept


def _predict(mails: Sequence[Mail], classifier: Classifies, limits: Limits) -> list[Prediction]:
    by_header = [decide_by_header(one.automatic, classifier.taxonomy) if one.automatic else None for one in mails]
    read = [one.email for one, known in zip(mails, by_header, strict=True) if not known]
    predicted = iter(classifier.predict(read, limits) if read else ())
    return [known or next(predicted) for known in by_header]


def _triaged(item: IntakeItem, made: Prediction, at: datetime, latency: float, taxonomy: Taxonomy) -> TriagedMail:
    mail = replace(item.mail, given=_category_key(item.mail.given, taxonomy))
    if mail.sent_at and mail.sent_at > at + CLOCK_SKEW:
        mail = replace(mail, sent_at=None, notes=(*mail.notes, DATE_IN_FUTURE))
    due = response_due(taxonomy.category(made.category), made.priority, min(mail.sent_at or at, at), taxonomy)
    triaged = Triaged(uuid.uuid4().hex, at, mail.email, made, due, latency)
    return TriagedMail(triaged, mail, item.file, item.position, item.own_id)


def _category_key(given: str, taxonomy: Taxonomy) -> str:
    """The key of the category that a file names by key or name; the text itself where it names none."""
    plain = given.strip().casefold()
    return next((key for key, one in taxonomy.choices.items() if plain in (key, one.name.casefold())), given)
