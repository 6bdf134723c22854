"""Reads a keypress on the Label page as an entry of the label log."""

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

MAX_SECONDS = 86_400
ShortKey = Annotated[str, Field(max_length=100)]


class Keypress(BaseModel):
    """A keypress as the browser sends it: `id` is unique, `seconds` is how long the email was shown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    kind: Literal["label", "skip", "undo"]
    email_id: Annotated[str, Field(max_length=32)]
    category: ShortKey = ""
    also: ShortKey = ""
    impact: ShortKey = ""
    urgency: ShortKey = ""
    note: Annotated[str, Field(max_length=NOTE_LIMIT)] = ""
    expert: bool = False
    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0

    @field_validator("note", mode="before")
    @classmethod
    def _printable(cls, note: Any) -> Any:
        return printable(note).strip() if isinstance(note, str) else note


def suggested_category(prediction: Prediction) -> str:
    """The predicted category, or NO_CATEGORY for mail that fits none."""
    return NO_CATEGORY if prediction.cause == "unfamiliar" else prediction.category


def label_from_press(
    press: Any,
    assigned: AssignedEmail | None,
    by: str,
    shown: bool,
    store: Store,
    taxonomy: Taxonomy,
    clock: Callable = now,
) -> Label | None:
    """The entry for a keypress; None where it is about another email than the assigned one, or nothing can be undone.

    :param shown: whether the person saw the model's suggestion.
    Raises ValueError for what the page could not have sent, StoreUnavailable.
    """
    keypress = Keypress.model_validate(press)
    if keypress.kind == "undo":
        return _undo(keypress, by, store, clock())
    if assigned is None or keypress.email_id != assigned.id:
        return None
    return _label(keypress, assigned, by, shown, taxonomy, clock())


def _label(
    keypress: Keypress, assigned: AssignedEmail, by: str, shown: bool, taxonomy: Taxonomy, at: datetime
) -> Label:
    known = {*taxonomy.choices, *assigned.prediction.scores}
    if keypress.kind == "label" and keypress.category not in known:
        raise ValueError(f"{keypress.category} is no category")
    return Label(
        by=by,
        at=at,
        seconds=min(keypress.seconds, MAX_SECONDS),
        also=keypress.also if keypress.also in known else "",
        impact=keypress.impact if keypress.impact in taxonomy.priorities.levels else "",
        urgency=keypress.urgency if keypress.urgency in taxonomy.priorities.levels else "",
        suggested=suggested_category(assigned.prediction),
        shown=shown and not assigned.hidden,
        audit=assigned.audit,
        model_version=assigned.prediction.model_version,
        **keypress.model_dump(include={"id", "kind", "email_id", "category", "note", "expert"}),
    )


def _undo(keypress: Keypress, by: str, store: Store, at: datetime) -> Label | None:
    last = store.labels.latest(by)
    return last and Label(id=keypress.id, email_id=last.email_id, by=by, at=at, kind="undo", undoes=last.id)
