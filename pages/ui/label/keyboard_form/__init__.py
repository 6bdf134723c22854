"""The labelling form in the browser: one Streamlit component, which shows a press at once and sends one message."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from data.schema import NOTE_LIMIT
from data.taxonomy import Category, Taxonomy

FORM_FOLDER = Path(__file__).parent
COMPONENT_KEY = "keyboard_form"


@st.cache_resource(show_spinner=False)
def _component(_taxonomy: Taxonomy, sha256: str) -> Callable[..., Any]:
    """The component with what is the same for every email; cached by the taxonomy's hash."""
    constants = {
        "choices": [_choice(category) for category in _taxonomy.choices.values()],
        "levels": _taxonomy.priorities.levels,
        "tie_breaks": _taxonomy.tie_breaks,
        "note_limit": NOTE_LIMIT,
    }
    css, js = ((FORM_FOLDER / f"keyboard_form.{ending}").read_text("utf-8") for ending in ("css", "js"))
    js = f"const TAXONOMY = {json.dumps(constants)};\n{js}"
    return st.components.v2.component("mailroom.keyboard_form", html='<div class="form"></div>', css=css, js=js)


def _choice(category: Category) -> dict[str, Any]:
    fields = ("key", "name", "letter", "definition", "examples", "tie_breaks")
    return {field: getattr(category, field) for field in fields}


@dataclass(frozen=True, slots=True)
class FormContent:
    """What the form shows: the email with its id ("" without an email), and lines above and under it."""

    id: str
    subject: str
    sender: str
    body: str
    under: str
    progress: str
    shares: Mapping[str, str]
    """A text beside each category, by key: its probability."""
    turn: int
    """A number that is new after each press, upon which the form accepts the next one."""


def draw_keyboard_form(content: FormContent, taxonomy: Taxonomy, on_press: Callable[[], None]) -> None:
    """The form. `on_press` is called at a press, which `raw_press` returns."""
    component = _component(taxonomy, taxonomy.sha256)
    component(key=COMPONENT_KEY, data=asdict(content), on_press_change=on_press)


def raw_press() -> Any:
    """What was pressed just now, as the browser sent it, unchecked."""
    return st.session_state[COMPONENT_KEY].press
