"""What a person does with a batch of mail: filter it, label it, send it to labelling, export it."""

import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from data.clock import now
from data.mail import QueueItem
from data.mail_export import export_mail
from data.masking import mask_mail, mask_text
from data.schema import Label
from data.store import Store
from data.taxonomy import Taxonomy
from model.labelling.feedback import label_of

MAILS_PER_COMMIT = 500
"""Mails that are labelled in one transaction."""

OLD_BATCH = timedelta(days=7)
NEWEST_QUANTILE = 0.98
"""The quantile of dates that stands for the newest mail, as some clocks are wrong."""

DECIDED, ASKED, SAID, DIFFERS = STATES = ("decided", "asked", "said", "differs")


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which mails to show: of any of these states, priorities and categories; an empty collection means all.

    `ids` are those that a search found, None where nothing is searched for; `known` are the keys of all categories, by
    which DIFFERS tells whether a file names another category than the decision.
    """

    states: Collection[str] = ()
    priorities: Collection[str] = ()
    categories: Collection[str] = ()
    ids: Collection[str] | None = None
    known: Collection[str] = ()

    def takes(self, line: QueueItem) -> bool:
        """Whether a mail is shown."""
        return (
            (not self.priorities or line.priority in self.priorities)
            and (not self.categories or line.category in self.categories)
            and (self.ids is None or line.id in self.ids)
            and (not self.states or any(_HAS_STATE[state](line, self.known) for state in self.states))
        )


_HAS_STATE: dict[str, Callable[[QueueItem, Collection[str]], bool]] = {
    DECIDED: lambda line, _: line.decided and not line.answered,
    ASKED: lambda line, _: not line.settled,
    SAID: lambda line, _: line.answered,
    DIFFERS: lambda line, known: line.given in known and line.given != line.category,
}


def count_filtered(lines: Sequence[QueueItem], known: Collection[str]) -> dict[str, int]:
    """How many mails are in each of STATES; `known` are the keys of all categories."""
    return {name: sum(holds(line, known) for line in lines) for name, holds in _HAS_STATE.items()}


def as_of(lines: Sequence[QueueItem], at: datetime) -> datetime:
    """The time against which due times are told: now, or when the newest mail came where that is over a week ago."""
    came = sorted(line.at for line in lines)
    latest = came[int(NEWEST_QUANTILE * (len(came) - 1))] if came else at
    return at if at - latest < OLD_BATCH else latest


def label_mails(
    ids: Sequence[str],
    category: str | None,
    by: str,
    store: Store,
    taxonomy: Taxonomy,
    clock: Callable[[], datetime] = now,
) -> int:
    """Label mails with a category, or, without one, each with the category that it was sorted into.

    Returns how many. Raises ValueError where there is no such category, StoreUnavailable.
    """
    if category is not None and category not in taxonomy.choices:
        raise ValueError(f"{category} is no category: use one of {', '.join(taxonomy.choices)}.")
    return sum(store.labels.add(_labels(some, category, by, store, clock())) for some in _parts(ids))


def send_to_labelling(ids: Sequence[str], by: str, store: Store, clock: Callable[[], datetime] = now) -> int:
    """Put mails first in the labelling queue. Returns how many. Raises StoreUnavailable."""
    at = clock()
    return sum(
        store.labels.add(
            [Label(id=uuid.uuid4().hex, email_id=id, by=by, at=at, kind="wanted", via="inbox") for id in some]
        )
        for some in _parts(ids)
    )


def _labels(ids: Sequence[str], category: str | None, by: str, store: Store, at: datetime) -> list[Label]:
    decisions = [one.triaged for one in store.inbox.mails(ids)]
    return [label_of(one, category or one.prediction.category, by, at, "inbox") for one in decisions]


def _parts(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[start : start + MAILS_PER_COMMIT] for start in range(0, len(ids), MAILS_PER_COMMIT)]


def export_mails(
    batch_id: str, ids: Sequence[str], ending: str, store: Store, taxonomy: Taxonomy, mask: bool = False
) -> bytes:
    """Mails of a batch as a file (one of `mail_export.ENDINGS`), in the order of the ids; addresses and numbers masked.

    Raises StoreUnavailable.
    """
    lines = {line.id: line for line in store.inbox.queue_items(batch_id)}
    mails = {one.triaged.id: one for some in _parts(ids) for one in store.inbox.mails(some)}
    chosen = [mails[id] for id in ids if id in mails and id in lines]
    if mask:
        chosen = [mask_mail(one) for one in chosen]
        lines = {id: replace(line, by=mask_text(line.by)) for id, line in lines.items()}
    return export_mail(chosen, lines, lambda key: taxonomy.category(key).team, ending)
