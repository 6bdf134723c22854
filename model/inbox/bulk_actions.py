"""What a person does with the mail of a batch: looks for some of it, says what is right, sends it to labelling."""

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

AT_ONCE = 500
OLD = timedelta(days=7)
NEARLY_ALL = 0.98
"""The share of mail by which its age is told; some clocks are wrong."""

DECIDED, ASKED, SAID, DIFFERS = SHOWN = ("decided", "asked", "said", "differs")


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which lines to show: any of those of `shown`, priorities and categories that are named; where none is, all.

    `ids` are those that a search found, None where nothing is searched for; `known` are the categories that there are,
    for lines that a file sorted otherwise.
    """

    shown: Collection[str] = ()
    priorities: Collection[str] = ()
    categories: Collection[str] = ()
    ids: Collection[str] | None = None
    known: Collection[str] = ()

    def takes(self, line: QueueItem) -> bool:
        """Whether a line is shown."""
        return (
            (not self.priorities or line.priority in self.priorities)
            and (not self.categories or line.category in self.categories)
            and (self.ids is None or line.id in self.ids)
            and (not self.shown or any(_IS[one](line, self.known) for one in self.shown))
        )


_IS: dict[str, Callable[[QueueItem, Collection[str]], bool]] = {
    DECIDED: lambda line, _: line.decided and not line.answered,
    ASKED: lambda line, _: not line.settled,
    SAID: lambda line, _: line.answered,
    DIFFERS: lambda line, known: line.given in known and line.given != line.category,
}


def count_filtered(lines: Sequence[QueueItem], known: Collection[str]) -> dict[str, int]:
    """How many lines each of SHOWN holds of, among the categories that there are."""
    return {name: sum(holds(line, known) for line in lines) for name, holds in _IS.items()}


def as_of(lines: Sequence[QueueItem], at: datetime) -> datetime:
    """The moment at which a batch is looked at: now, or when all but the last few came where that is long ago."""
    came = sorted(line.at for line in lines)
    latest = came[int(NEARLY_ALL * (len(came) - 1))] if came else at
    return at if at - latest < OLD else latest


def label_mails(
    ids: Sequence[str],
    category: str | None,
    by: str,
    store: Store,
    taxonomy: Taxonomy,
    clock: Callable[[], datetime] = now,
) -> int:
    """Keep as labels that mails belong to a category, or, without one, each to the one it was sorted into.

    Returns how many. Raises ValueError where there is no such category, StoreUnavailable.
    """
    if category is not None and category not in taxonomy.choices:
        raise ValueError(f"{category} is no category: use one of {', '.join(taxonomy.choices)}.")
    return sum(store.labels.add(_labels(some, category, by, store, clock())) for some in _parts(ids))


def send_to_labelling(ids: Sequence[str], by: str, store: Store, clock: Callable[[], datetime] = now) -> int:
    """Let mails be labelled before all others. Returns how many. Raises StoreUnavailable."""
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
    return [ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)]


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
