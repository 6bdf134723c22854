"""A batch as a visitor looks at it: it stays still until they ask for it anew."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from data.mail import Batch, QueueItem
from data.taxonomy import Taxonomy

if TYPE_CHECKING:
    from data.store import Store


STILL = "10m"
"""How long a batch stays as it was; mail that was forgotten meanwhile is gone then."""


@dataclass(frozen=True, slots=True)
class Look:
    """How far a batch was, and what people had said of it, when the visitor looked."""

    batch: str
    read: int
    version: int
    at: datetime


def of(batch: Batch, store: "Store") -> Look:
    """How the visitor looks at a batch."""
    look = st.session_state.get("look")
    if look is None or look.batch != batch.id or batch.read < look.read:
        anew(batch.id, store)
    return st.session_state.look


def anew(batch_id: str, store: "Store") -> None:
    """Look at what there is by now."""
    batch = store.inbox.batch(batch_id)
    st.session_state.look = Look(batch_id, batch.read, store.inbox.version(), datetime.now(UTC).replace(microsecond=0))


@st.cache_resource(show_spinner=False, max_entries=3, ttl=STILL)
def lines(
    look: Look, _store: "Store", _taxonomy: Taxonomy, decide_above: float
) -> tuple[list[QueueItem], dict[str, str]]:
    """The lines of a batch in the order of what waiting costs, and why each stands where it does, by id."""
    from model.inbox.bulk_actions import as_of
    from model.priority.queue import order_by_cost, queue_reason

    found = _store.inbox.lines(look.batch)
    at = as_of(found, look.at)
    reasons = {one.id: queue_reason(one, at, _taxonomy, decide_above) for one in found}
    return order_by_cost(found, at, _taxonomy), reasons
