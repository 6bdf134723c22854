"""The verb: an email is sorted and the decision kept before anyone sees it. Pages, API and command line call it."""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

from data.clock import now
from data.schema import Email, Label, Prediction, Threshold, Triaged
from data.taxonomy import Taxonomy

if TYPE_CHECKING:
    from data.store import Store


class Predicts(Protocol):
    """Anything that decides on emails, in order, from a confidence on; without one, from that of the settings."""

    def predict(self, emails: Sequence[Email], decide_above: float | None = None) -> list[Prediction]: ...


def triage(
    email: Email, classifier: Predicts, store: "Store", taxonomy: Taxonomy, clock: Callable[[], datetime] = now
) -> Triaged:
    """Sort one email and keep the decision. Raises StoreUnavailable when it cannot be kept."""
    return triage_all([email], classifier, store, taxonomy, clock)[0]


def triage_all(
    emails: Sequence[Email],
    classifier: Predicts,
    store: "Store",
    taxonomy: Taxonomy,
    clock: Callable[[], datetime] = now,
) -> list[Triaged]:
    """Sort emails together and keep all decisions or none. Raises StoreUnavailable when they cannot be kept."""
    started = perf_counter()
    predictions = classifier.predict(emails, threshold_in_force(store))
    latency = (perf_counter() - started) * 1000 / max(len(emails), 1)
    at = clock()
    triaged = [
        Triaged(uuid.uuid4().hex, at, email, made, respond_by(made, at, taxonomy), latency)
        for email, made in zip(emails, predictions, strict=True)
    ]
    store.keep(triaged)
    return triaged


def threshold_in_force(store: "Store") -> float | None:
    """The threshold that somebody set for everybody, or None where nobody has. Raises StoreUnavailable."""
    latest = store.thresholds(most=1)
    return latest[0].decide_above if latest else None


def set_threshold(decide_above: float, by: str, store: "Store", clock: Callable[[], datetime] = now) -> Threshold:
    """Let that threshold hold for everybody from now on, and keep who said so. Raises StoreUnavailable."""
    chosen = Threshold(decide_above, by, clock())
    store.set_threshold(chosen)
    return chosen


def keep_label(
    triaged_id: str,
    category: str,
    by: str,
    store: "Store",
    taxonomy: Taxonomy,
    via: str = "triage",
    clock: Callable[[], datetime] = now,
) -> Label:
    """Keep what a person says of a decision.

    Raises LookupError for an unknown id, ValueError for an unknown category, StoreUnavailable.
    """
    found = store.get(triaged_id)
    if not found:
        raise LookupError("is not the id of a decision: use the id that came with it.")
    known = dict.fromkeys([*taxonomy.categories, *found.prediction.scores])
    if category not in known:
        raise ValueError(f"is not a category: use one of {', '.join(known)}.")
    label = label_of(found, category, by, clock(), via)
    store.labels.add([label])
    return label


def label_of(triaged: Triaged, category: str, by: str, at: datetime, via: str) -> Label:
    """What a person says who has seen a decision."""
    made = triaged.prediction
    return Label(
        id=uuid.uuid4().hex,
        email_id=triaged.id,
        category=category,
        by=by,
        at=at,
        via=via,
        suggested=made.category,
        shown=True,
        model_version=made.model_version,
    )


def respond_by(made: Prediction, at: datetime, taxonomy: Taxonomy) -> datetime:
    """When the first answer is due."""
    return at + timedelta(hours=taxonomy.category(made.category).targets[made.priority].answer)
