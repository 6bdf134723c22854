"""The labelling desk in the browser: one element, so that a turn is one small message, and a press is shown at once."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from data.schema import NOTE_LIMIT, Email
from data.taxonomy import Category, Taxonomy
from model.text.normalize import READ_LIMIT

FOLDER = Path(__file__).parent
KEY = "pad"
NOTHING_LEFT = "Nothing is left in this order. Choose another one above, or come back when more mail has come in."


@st.cache_resource(show_spinner=False)
def _component(_taxonomy: Taxonomy, sha256: str) -> Callable[..., Any]:
    """The component with all that is the same for every email."""
    fixed = {
        "choices": [_choice(one) for one in _taxonomy.choices.values()],
        "levels": _taxonomy.priorities.levels,
        "tie_breaks": _taxonomy.tie_breaks,
        "note_limit": NOTE_LIMIT,
    }
    css, js = ((FOLDER / name).read_text("utf-8") for name in ("pad.css", "pad.js"))
    js = f"const TAXONOMY = {json.dumps(fixed)};\n{js}"
    return st.components.v2.component("mailroom.pad", html='<div class="pad"></div>', css=css, js=js)


def _choice(one: Category) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("key", "name", "letter", "definition", "examples", "tie_breaks")}


def pad(
    taxonomy: Taxonomy,
    offered: tuple[str, Email] | None,
    progress: str,
    under: str,
    shares: Mapping[str, str],
    turn: int,
    on_press: Callable[[], None],
) -> None:
    """Draw the desk for an email and its id, or for none; `on_press` finds what was pressed by `pressed`.

    :param under: a line under the email.
    :param shares: what the model says of a category, by key, to be shown beside it.
    :param turn: changes whenever another press may come.
    """
    id, email = offered or ("", Email(body=NOTHING_LEFT))
    _component(taxonomy, taxonomy.sha256)(
        key=KEY,
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


def pressed() -> Any:
    """What was pressed just now: as the browser sent it, unchecked."""
    return st.session_state[KEY].press
