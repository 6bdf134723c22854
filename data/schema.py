"""What travels through Mailroom: an `Email` in, a `Prediction` and a `Triaged` out, `Label`s back."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

SUBJECT_LIMIT = 1_000
BODY_LIMIT = 250_000
SENDER_LIMIT = 320  # RFC 3696, erratum 1690
CUSTOMERS_LIMIT = 100_000_000
BATCH_LIMIT = 1_000
NAME_LIMIT = 100
NOTE_LIMIT = 2_000

_BIDI_OVERRIDES = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_CONTROLS = {c: None for c in range(0xA0) if unicodedata.category(chr(c)) == "Cc" and chr(c) not in "\n\t"}
_UNPRINTABLE = _CONTROLS | _BIDI_OVERRIDES
_INK = "[^\\s\\x00-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069]"
_ANY_TEXT = [
    {"properties": {"body": {"pattern": _INK}}},
    {"properties": {"subject": {"pattern": _INK}}, "required": ["subject"]},
]
_ADDRESS = r"^[^@\s]+@[^@\s]+$"


class Email(BaseModel):
    """One email as it is handed in. Unprintable characters are taken out; the words stay as they were typed."""

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
        """Subject and body in one string: what is sorted on."""
        return f"{self.subject}\n{self.body}" if self.subject else self.body


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a classifier says of one email.

    `scores` are calibrated probabilities by category, highest first, that add up to 1; `known` is the share of the
    words that the model knows, `novelty` runs from 0 (like the mail it learned from) to 1 (like none of it).
    `action` is "route" or "ask", `cause` one of confident, unsure, unfamiliar, too_short and unread, `reason` the same
    in words.
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
        """The likeliest category, also where a person should decide."""
        return next(iter(self.scores))

    @property
    def decided(self) -> bool:
        """Whether the machine decided by itself."""
        return self.action == "route"


@dataclass(frozen=True, slots=True)
class Triaged:
    """One decision as it was kept: `at` and `respond_by` in UTC, `latency_ms` the time the classifier took."""

    id: str
    at: datetime
    email: Email
    prediction: Prediction
    respond_by: datetime
    latency_ms: float


@dataclass(frozen=True, slots=True)
class Received:
    """One email as it came in: `source` is triage, pool (which Mailroom brings) or import."""

    id: str
    at: datetime
    source: str
    email: Email


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One entry of the log of what people said of emails; entries are only ever added.

    `kind` is label, settle (the last word, where people disagree), skip or undo (of the entry whose id is `undoes`).
    `via` is page, triage, api or import. `suggested` is the category that the model of `model_version` gave, `shown`
    whether the person saw it, `audit` whether the email was drawn at random. What was not said is "", None or False.
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
    """A person's wish for one of the emails in `candidates`, each with the number of people who should answer it."""

    candidates: Sequence[tuple[str, int]]
    by: str
    now: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """A person's answers: how many, the seconds spent, how many agree with the model, and so among audits."""

    answers: int
    seconds: float
    agreed: int
    audits: int
    audits_agreed: int


@dataclass(frozen=True, slots=True)
class Threshold:
    """The least confidence for a decision by machine, as somebody set it for everybody. They are only ever added."""

    decide_above: float
    by: str
    at: datetime


class StoreAway(Exception):
    """What was handed in could not be kept, or what was asked for not be read; the message says why, in a sentence."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong with what was handed in: which field, its value (shortened), and a sentence with the way out."""

    field: str
    value: str
    message: str


def mistakes(errors: Sequence[Any]) -> list[Mistake]:
    """Pydantic's errors, `ValidationError.errors()`, each as a sentence for the person who typed it."""
    return [_mistake(error) for error in errors]


def printable(text: str) -> str:
    """A text without controls and direction overrides, and without half characters, which no database takes."""
    return text.replace("\r\n", "\n").translate(_UNPRINTABLE).encode("utf-8", "replace").decode()


def whole_number(text: str) -> int | None:
    """A count as people type it: blank is None, spaces and thousands separators are fine.

    Raises ValueError with a sentence that names the value and the way out.
    """
    text = text.strip()
    if not text:
        return None
    if not re.fullmatch(r"[+-]?\d{1,3}([ ,.'\u00a0\u202f]\d{3})+|[+-]?\d{1,12}", text, re.ASCII):
        raise ValueError(not_a_whole_number(text))
    return int(re.sub(r"[ ,.'\u00a0\u202f]", "", text))


def number(text: str, least: float, most: float) -> float:
    """A number as people type it, with a decimal point or comma; thousands may be set apart by spaces.

    Raises ValueError with a sentence that names the value and the way out.
    """
    plain = re.sub(r"[ '\u00a0\u202f]", "", text.strip())
    if not re.fullmatch(r"[+-]?\d{1,12}([.,]\d{1,6})?", plain, re.ASCII):
        raise ValueError(f"{shortened(text)} is not a number: write one in digits, such as 12.50.")
    value = float(plain.replace(",", "."))
    if not least <= value <= most:
        raise ValueError(f"{shortened(text)} is out of range: give a number from {least:,.10g} to {most:,.10g}.")
    return value


def not_a_whole_number(value: Any) -> str:
    """The sentence for a count that is not one."""
    return f"{shortened(value)} is not a whole number: write one in digits, such as 1000, or leave it out."


def shortened(value: Any, limit: int = 60) -> str:
    """A value as it may be repeated in a sentence: in quotes if text, on one line, never long."""
    text = value if isinstance(value, str) else repr(value)
    text = " ".join(text[: 4 * limit].encode("utf-8", "replace").decode().translate(_UNPRINTABLE).split())
    text = text if len(text) <= limit else text[: limit - 1] + "…"
    return f"“{text}”" if isinstance(value, str) else text


def _mistake(error: Any) -> Mistake:
    field = ".".join(map(str, error["loc"])) or "email"
    value = error["input"]
    shown = "" if error["type"] == "missing" else shortened(value)
    return Mistake(field, shown, _sentence(field, error, value))


def _sentence(field: str, error: Any, value: Any) -> str:
    limit = error.get("ctx", {})
    match error["type"], field:
        case "missing", _:
            return f"{field} is missing: add it."
        case "extra_forbidden", _:
            return f"{field} is not known here: leave it out."
        case "string_unicode", _:
            return f"{shortened(value)} holds half a character (a lone surrogate): send whole ones."
        case "string_type", _:
            return f"{shortened(value)} is not text: put it in quotes."
        case (("too_long" | "too_short"), _):
            return f"{field} has {limit['actual_length']:,} items: send 1 to {BATCH_LIMIT:,} at once."
        case "string_too_long", _:
            return f"{len(value):,} characters are more than the {limit['max_length']:,} that can be read: shorten it."
        case "no_text", _:
            return "The email has no text: write or paste it here."
        case "string_pattern_mismatch", "sender":
            return f"{shortened(value)} is not an email address: write it like ana@example.com, or leave it out."
        case "greater_than_equal" | "less_than_equal", _:
            low, high = 0, f"{CUSTOMERS_LIMIT:,}"
            return f"{shortened(value)} is out of range: give a whole number from {low} to {high}, or leave it out."
        case (("int_type" | "int_from_float" | "int_parsing" | "int_parsing_size" | "finite_number"), _):
            return not_a_whole_number(value)
        case "model_attributes_type" | "model_type" | "dict_type", _:
            return f'{shortened(value)} is not an email: send an object such as {{"subject": "…", "body": "…"}}.'
    return f"{shortened(value)} cannot be used here: {error['msg']}."
