"""The core types: `Email`, `Prediction`, `Triaged`, `Received`, `Label`, `Claim`, `Tally`, `Threshold`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from data.text_input import printable

SUBJECT_LIMIT = 1_000
BODY_LIMIT = 250_000
SENDER_LIMIT = 320  # RFC 3696, erratum 1690
CUSTOMERS_LIMIT = 100_000_000
BATCH_LIMIT = 1_000
NAME_LIMIT = 100
NOTE_LIMIT = 2_000

_INK = "[^\\s\\x00-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069]"
_ANY_TEXT = [
    {"properties": {"body": {"pattern": _INK}}},
    {"properties": {"subject": {"pattern": _INK}}, "required": ["subject"]},
]
_ADDRESS = r"^[^@\s]+@[^@\s]+$"


class Email(BaseModel):
    """One email as input, validated. Unprintable characters are removed; nothing else is changed."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"anyOf": _ANY_TEXT})

    subject: Annotated[str, Field(max_length=SUBJECT_LIMIT)] = ""
    body: Annotated[str, Field(max_length=BODY_LIMIT)]
    sender: Annotated[str, Field(max_length=SENDER_LIMIT, pattern=_ADDRESS)] | None = None
    customers_affected: Annotated[int, Field(ge=0, le=CUSTOMERS_LIMIT)] | None = None

    @field_validator("customers_affected", mode="before")
    @classmethod
    def _is_a_number(cls, value: Any) -> Any:
        if isinstance(value, str | bool):
            raise PydanticCustomError("int_type", "not a whole number")
        return value

    @field_validator("subject", "body", "sender")
    @classmethod
    def _printable(cls, value: str | None) -> str | None:
        return value and printable(value)

    @field_validator("body")
    @classmethod
    def _has_text(cls, value: str, info: ValidationInfo) -> str:
        if not (value + info.data.get("subject", "")).strip():
            raise PydanticCustomError("no_text", "no text")
        return value

    @property
    def text(self) -> str:
        """Subject and body joined by a line break: what the model reads."""
        return f"{self.subject}\n{self.body}" if self.subject else self.body


@dataclass(frozen=True, slots=True)
class Prediction:
    """A classifier's output for one email.

    `scores` are calibrated probabilities by category, highest first, that add up to 1; `known` is the share of words
    in the model's vocabulary, `novelty` runs from 0 (like the training mail) to 1 (unlike all of it).
    `action` is "route" or "ask", `cause` one of confident, automatic (by a header), unsure, unfamiliar, too_short and
    unread, `reason` the same as a sentence. `shortlist` are the likely categories (a conformal prediction set).
    """

    scores: dict[str, float]
    impact: str
    urgency: str
    priority: str
    priority_reason: str
    confidence: float
    known: float
    novelty: float
    action: str
    cause: str
    reason: str
    shortlist: tuple[str, ...]
    decided_by: str
    model_version: str

    @property
    def category(self) -> str:
        """The category with the highest score, also where a person should decide."""
        return next(iter(self.scores))

    @property
    def decided(self) -> bool:
        """Whether the model decided by itself."""
        return self.action == "route"


@dataclass(frozen=True, slots=True)
class Triaged:
    """A stored decision on an email: `at` and `respond_by` in UTC, `latency_ms` the time that the classifier took."""

    id: str
    at: datetime
    email: Email
    prediction: Prediction
    respond_by: datetime
    latency_ms: float


@dataclass(frozen=True, slots=True)
class Received:
    """A stored email: `source` is triage, inbox, mailbox, api, pool (sample mail) or import."""

    id: str
    at: datetime
    source: str
    email: Email


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One entry of the append-only log of labels.

    `kind` is label, settle (the final label where people disagree), skip, wanted (to be labelled before all others) or
    undo (of the entry whose id is `undoes`). `via` is page, triage, inbox, api or import. `suggested` is the category
    that the model of `model_version` predicted, `shown` whether the person saw it, `audit` whether the email was drawn
    at random. What is not known is "", None or False.
    """

    id: str
    email_id: str
    by: str
    at: datetime
    kind: str = "label"
    via: str = "page"
    category: str = ""
    also: str = ""
    impact: str = ""
    urgency: str = ""
    note: str = ""
    expert: bool = False
    seconds: float | None = None
    suggested: str = ""
    shown: bool = False
    audit: bool = False
    model_version: str = ""
    undoes: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A person's request to lease the first free email of `candidates`: pairs of id and number of labellers wanted."""

    candidates: Sequence[tuple[str, int]]
    by: str
    now: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of a person's labels: all, seconds spent, agreeing with the model, audits, and audits that agree."""

    answers: int
    seconds: float
    agreed: int
    audits: int
    audits_agreed: int


@dataclass(frozen=True, slots=True)
class Threshold:
    """A threshold on confidence that a person set for everybody; an entry of an append-only log."""

    decide_above: float
    by: str
    at: datetime


class StoreUnavailable(Exception):
    """The database cannot be opened, read or written; the message is a sentence that says why."""
