"""Labelling one email after another: the email with its keys, and the day's progress."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from time import sleep
from typing import TYPE_CHECKING, Any

import streamlit as st

from data.schema import Email, StoreUnavailable, Tally
from data.taxonomy import Taxonomy
from model.text.normalize import READ_LIMIT
from model.wording import percent
from pages.ui.formatting import time_zone_or_utc
from pages.ui.label.keyboard_form import FormContent, draw_keyboard_form, raw_press
from pages.ui.label.tools import LabellingTools
from pages.ui.masking_toggle import masked_if_on

if TYPE_CHECKING:
    from data.schema import Label
    from data.store import Store
    from model.labelling.assignment import AssignedEmail, Assigner

STORE_UNAVAILABLE = "The store is away, nothing you typed is lost. This goes on by itself as soon as the store is back."
NOTHING_LEFT = "Nothing is left in this order. Choose another one above, or come back when more mail has come in."
RETRY_SECONDS = 2
DELIVERY_SECONDS = 0.03
"""Pause after drawing: what a run sends in its last moment is drawn by the browser about 100 ms later."""

SHOWN_SUGGESTIONS = 3


def draw_labelling(
    tools: LabellingTools, assigner: "Assigner", store: Callable[[], "Store"], taxonomy: Taxonomy
) -> None:
    """An email with its keys. Only this part runs at a press; without the store it runs again by itself."""
    unavailable = st.session_state.setdefault("store_unavailable", False)
    run_every = RETRY_SECONDS if unavailable else None
    st.fragment(_label_and_draw, run_every=run_every)(tools, assigner, store, taxonomy)


def _label_and_draw(
    tools: LabellingTools, assigner: "Assigner", store: Callable[[], "Store"], taxonomy: Taxonomy
) -> None:
    """Keeps what was pressed, takes the next email, and only then draws."""
    state, unavailable = st.session_state, False
    try:
        assigned = _next_email(tools, assigner, store, taxonomy)
        state.day = store().labels.tally(tools.request.by, _midnight()), assigner.queue.left
    except StoreUnavailable:
        unavailable = True
        assigned = assigner.email(state.assigned_id) if state.get("assigned_id") else None
    if unavailable != state.store_unavailable:
        state.store_unavailable = unavailable
        st.rerun()
    if unavailable:
        st.warning(STORE_UNAVAILABLE, icon=":material/cloud_off:")
    _draw_email(assigned, tools.shows_suggestion, assigner, taxonomy)


def _next_email(
    tools: LabellingTools, assigner: "Assigner", store: Callable[[], "Store"], taxonomy: Taxonomy
) -> "AssignedEmail | None":
    """Keeps the label that was pressed, if any; returns the email to show then. Raises StoreUnavailable."""
    state, request = st.session_state, tools.request
    if state.get("request") != request:
        if "request" in state and state.request.by != request.by:
            store().labels.release(state.request.by)
        state.request, state.assigned_id = request, None
    current = assigner.email(state.assigned_id) if state.assigned_id else None
    if press := state.get("press"):
        if label := _label_of(press, current, tools, store(), taxonomy):
            act = assigner.undo if label.kind == "undo" else assigner.next_email
            current = act(request, label)
        state.press, state.press_count = None, state.get("press_count", 0) + 1
    elif current is None:
        current = assigner.next_email(request)
    state.assigned_id = current and current.id
    return current


def _label_of(
    press: Any, current: "AssignedEmail | None", tools: LabellingTools, store: "Store", taxonomy: Taxonomy
) -> "Label | None":
    """The label that the browser's message stands for; None, and a sentence, where it is none."""
    from model.labelling.keypress import label_from_press

    try:
        return label_from_press(press, current, tools.request.by, tools.shows_suggestion, store, taxonomy)
    except ValueError:
        st.toast("That press could not be read, and nothing was kept: press again.", icon=":material/error:")
        return None


def _draw_email(
    assigned: "AssignedEmail | None", shows_suggestion: bool, assigner: "Assigner", taxonomy: Taxonomy
) -> None:
    state, scores = st.session_state, {}
    assigned = assigned and replace(assigned, email=masked_if_on(assigned.email))
    email = assigned.email if assigned else Email(body=NOTHING_LEFT)
    if assigned and shows_suggestion and not assigned.hidden:
        scores = dict(list(assigned.prediction.scores.items())[:SHOWN_SUGGESTIONS])
    content = FormContent(
        id=assigned.id if assigned else "",
        subject=email.subject,
        sender=email.sender or "",
        body=email.body[:READ_LIMIT],
        under=_suggestion_line(assigned, shows_suggestion, assigner, taxonomy),
        progress=_progress_line(*state.day) if "day" in state else "",
        shares={key: percent(share) for key, share in scores.items()},
        turn=state.get("press_count", 0),
    )
    draw_keyboard_form(content, taxonomy, on_press=_remember_press)
    sleep(DELIVERY_SECONDS)


def _suggestion_line(
    assigned: "AssignedEmail | None", shows_suggestion: bool, assigner: "Assigner", taxonomy: Taxonomy
) -> str:
    """The words that speak most for each of the two likeliest categories."""
    if assigned is None or not shows_suggestion:
        return ""
    if assigned.hidden:
        return "No suggestion here: this email tells how often people and model agree by themselves."
    words_by_category = assigner.top_words(assigned)
    return " · ".join(
        f"{taxonomy.category(key).name}: {', '.join(words)}" for key, words in words_by_category.items() if words
    )


def _progress_line(day: Tally, left: int) -> str:
    """The labeller's day: emails, seconds for each, agreement with the model."""
    parts = [f"{day.answers:,} today", f"{left:,} left"]
    if day.answers:
        parts.insert(1, f"{day.seconds / day.answers:,.0f} s each")
        parts.append(f"the model agrees on {percent(day.agreed / day.answers)}")
    if day.audits:
        parts.append(f"on {day.audits_agreed:,} of {day.audits:,} drawn at random")
    return " · ".join(parts)


def _remember_press() -> None:
    st.session_state.press = raw_press()


def _midnight() -> datetime:
    """When today began in the visitor's time zone."""
    now = datetime.now(time_zone_or_utc(st.context.timezone))
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
