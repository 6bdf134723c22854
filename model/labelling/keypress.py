"""What a person presses becomes an entry of the log."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from data.clock import now
from data.corpus import NO_CATEGORY
from data.schema import NOTE_LIMIT, Label, Prediction
from data.store import Store
from data.taxonomy import Taxonomy
from data.text_input import printable
from model.labelling.assignment import AssignedEmail

LONGEST_SECONDS = 86_400
Key = Annotated[str, Field(max_length=100)]


class Keypress(BaseModel):
    """A press as the browser sends it. `id` is new for every press, `seconds` how long the email was looked at."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    kind: Literal["label", "skip", "undo"]
    email_id: Annotated[str, Field(max_length=32)]
    category: Key = ""
    also: Key = ""
    impact: Key = ""
    urgency: Key = ""
    note: Annotated[str, Field(max_length=NOTE_LIMIT)] = ""
    expert: bool = False
    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0

    @field_validator("note", mode="before")
    @classmethod
    def _printable(cls, note: Any) -> Any:
        return printable(note).strip() if isinstance(note, str) else note


def opinion(made: Prediction) -> str:
    """What a model says of an email, in the words that a person has: also that it fits none."""
    return NO_CATEGORY if made.cause == "unfamiliar" else made.category


def label_from_press(
    press: Any,
    offer: AssignedEmail | None,
    by: str,
    shown: bool,
    store: Store,
    taxonomy: Taxonomy,
    clock: Callable = now,
) -> Label | None:
    """The entry that a press asks for; None where it is about another email than the one offered, or undoes nothing.

    :param shown: whether the person saw what the model suggests.
    Raises ValueError where the press is none that the page could have sent, StoreUnavailable.
    """
    read = Keypress.model_validate(press)
    if read.kind == "undo":
        return _undo(read, by, store, clock())
    if offer is None or read.email_id != offer.id:
        return None
    return _said(read, offer, by, shown, taxonomy, clock())


def _said(read: Keypress, offer: AssignedEmail, by: str, shown: bool, taxonomy: Taxonomy, at: datetime) -> Label:
    known = {*taxonomy.choices, *offer.made.scores}
    if read.kind == "label" and read.category not in known:
        raise ValueError(f"{read.category} is no category")
    return Label(
        by=by,
        at=at,
        seconds=min(read.seconds, LONGEST_SECONDS),
        also=read.also if read.also in known else "",
        impact=read.impact if read.impact in taxonomy.priorities.levels else "",
        urgency=read.urgency if read.urgency in taxonomy.priorities.levels else "",
        suggested=opinion(offer.made),
        shown=shown and not offer.hidden,
        audit=offer.audit,
        model_version=offer.made.model_version,
        **read.model_dump(include={"id", "kind", "email_id", "category", "note", "expert"}),
    )


def _undo(read: Keypress, by: str, store: Store, at: datetime) -> Label | None:
    last = store.labels.latest(by)
    return last and Label(id=read.id, email_id=last.email_id, by=by, at=at, kind="undo", undoes=last.id)
