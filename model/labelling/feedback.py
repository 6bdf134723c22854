"""Labels from people who were shown a decision: on the Triage page, in the Inbox, over the API."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from data.clock import now
from data.schema import Label, Triaged
from data.taxonomy import Taxonomy

if TYPE_CHECKING:
    from data.store import Store


def keep_label(
    triaged_id: str,
    category: str,
    by: str,
    store: "Store",
    taxonomy: Taxonomy,
    via: str = "triage",
    clock: Callable[[], datetime] = now,
) -> Label:
    """Keep which category somebody says is right for a decision.

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
    """The label of somebody who was shown the decision."""
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
