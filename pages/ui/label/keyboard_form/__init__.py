"""The labelling form in the browser: one Streamlit component, which shows a press at once and sends one message."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from data.schema import NOTE_LIMIT, Email
from data.taxonomy import Category, Taxonomy
from model.text.normalize import READ_LIMIT

HERE = Path(__file__).parent
COMPONENT_KEY = "keyboard_form"
NOTHING_LEFT = "Nothing is left in this order. Choose another one above, or come back when more mail has come in."


@st.cache_resource(show_spinner=False)
def _component(_taxonomy: Taxonomy, sha256: str) -> Callable[..., Any]:
    """The component with what is the same for every email; cached by the taxonomy's hash."""
    constants = {
        "choices": [_choice(category) for category in _taxonomy.choices.values()],
        "levels": _taxonomy.priorities.levels,
        "tie_breaks": _taxonomy.tie_breaks,
        "note_limit": NOTE_LIMIT,
    }
    css, js = ((HERE / f"keyboard_form.{ending}").read_text("utf-8") for ending in ("css", "js"))
    js = f"const TAXONOMY = {json.dumps(constants)};\n{js}"
    return st.components.v2.component("mailroom.keyboard_form", html='<div class="form"></div>', css=css, js=js)


def _choice(category: Category) -> dict[str, Any]:
    fields = ("key", "name", "letter", "definition", "examples", "tie_breaks")
    return {field: getattr(category, field) for field in fields}


def draw_keyboard_form(
    taxonomy: Taxonomy,
    assigned: tuple[str, Email] | None,
    progress: str,
    under: str,
    shares: Mapping[str, str],
    turn: int,
    on_press: Callable[[], None],
) -> None:
    """The form for an email and its id, or for none. `on_press` is called at a press, which `raw_press` returns.

    :param progress: a line above the email.
    :param under: a line under the email.
    :param shares: a text beside each category, by key: its probability.
    :param turn: a number that is new after each press, upon which the form accepts the next one.
    """
    id, email = assigned or ("", Email(body=NOTHING_LEFT))
    _component(taxonomy, taxonomy.sha256)(
        key=COMPONENT_KEY,
        data={
            "id": id,
            "subject": email.subject,
            "sender": email.sender or "",
            "body": email.body[:READ_LIMIT],
            "under": under,
            "progress": progress,
            "shares": dict(shares),
            "turn": turn,
        },
        on_press_change=on_press,
    )


def raw_press() -> Any:
    """What was pressed just now, as the browser sent it, unchecked."""
    return st.session_state[COMPONENT_KEY].press
