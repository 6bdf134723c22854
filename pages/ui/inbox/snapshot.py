"""The state of a batch that a session looks at: it stays as it is until the visitor asks for new mail."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from data.mail import Batch, QueueItem
from data.taxonomy import Taxonomy

if TYPE_CHECKING:
    from data.store import Store

MAX_AGE = "10m"
"""For how long the items of a snapshot are cached; mail that was erased meanwhile is gone then."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A batch's id, how many of its mails were read, the version of the labels, and the time, in UTC."""

    batch_id: str
    read: int
    labels_version: int
    at: datetime


def current_snapshot(batch: Batch, store: "Store") -> Snapshot:
    """The session's snapshot of that batch; a new one where it is of another batch or of one that began again."""
    snapshot = st.session_state.get("snapshot")
    if snapshot is None or snapshot.batch_id != batch.id or batch.read < snapshot.read:
        take_snapshot(batch.id, store)
    return st.session_state.snapshot


def take_snapshot(batch_id: str, store: "Store") -> None:
    """Replaces the session's snapshot by one of the batch as it is now."""
    read, at = store.inbox.batch(batch_id).read, datetime.now(UTC).replace(microsecond=0)
    st.session_state.snapshot = Snapshot(batch_id, read, store.inbox.version(), at)


@st.cache_resource(show_spinner=False, max_entries=3, ttl=MAX_AGE)
def queue_items(
    snapshot: Snapshot, _store: "Store", _taxonomy: Taxonomy, decide_above: float
) -> tuple[list[QueueItem], dict[str, str]]:
    """The items of a snapshot ordered by the cost of waiting, and the reason for each one's place, by id."""
    from model.inbox.bulk_actions import as_of
    from model.priority.queue import order_by_cost, queue_reason

    items = _store.inbox.queue_items(snapshot.batch_id)
    at = as_of(items, snapshot.at)
    reasons = {item.id: queue_reason(item, at, _taxonomy, decide_above) for item in items}
    return order_by_cost(items, at, _taxonomy), reasons
