"""Turns pydantic's validation errors into sentences for the person or program that sent the input."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from data.schema import BATCH_LIMIT, CUSTOMERS_LIMIT
from data.text_input import not_a_whole_number, shortened


@dataclass(frozen=True, slots=True)
class FieldError:
    """One invalid field of an input: its name, its value (shortened), and a sentence with the way out."""

    field: str
    value: str
    message: str


def field_errors(errors: Sequence[Any]) -> list[FieldError]:
    """Pydantic's errors, as `ValidationError.errors()` returns them, as field errors."""
    return [_field_error(error) for error in errors]


def _field_error(error: Any) -> FieldError:
    field = ".".join(map(str, error["loc"])) or "email"
    value = error["input"]
    shown = "" if error["type"] == "missing" else shortened(value)
    return FieldError(field, shown, _sentence(field, error, value))


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
