"""The labelling desk: who labels in which order, one email with its keys, and how the day goes."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from time import sleep
from typing import TYPE_CHECKING, Any

import streamlit as st

from data.schema import NAME_LIMIT, StoreUnavailable
from data.taxonomy import Taxonomy
from data.text_input import printable
from model.wording import percent
from pages.ui import current_user, masking, sentences
from pages.ui.label.pad import pad, pressed

if TYPE_CHECKING:
    from data.schema import Label
    from data.store import Store
    from model.labelling.assignment import AssignedEmail, Assigner, LabellingRequest

ORDERS = {
    "teach": "Least certain first",
    "newest": "Newest first",
    "category": "One category",
    "disputed": "Where people disagree",
}
AWAY = "The store is away, nothing you typed is lost. This goes on by itself as soon as the store is back."
RETRY_SECONDS = 2
BREATH_SECONDS = 0.03
"""After drawing: a run that ends at once is drawn by the browser only when it has tidied up, about 100 ms later."""


def tools(taxonomy: Taxonomy) -> tuple["LabellingRequest", bool]:
    """Who labels, in which order, and whether the model's suggestion is shown."""
    from model.labelling.assignment import LabellingRequest

    known = current_user.current_principal().name
    st.session_state.setdefault("by", st.query_params.get("by") or f"guest-{secrets.token_hex(2)}")
    with st.container(horizontal=True, vertical_alignment="bottom", key="tools"):
        by = known or st.text_input("Your name", key="by", max_chars=NAME_LIMIT, width=180)
        order = st.selectbox("Order", list(ORDERS), format_func=ORDERS.get, key="order", width=240)
        category = ""
        if order == "category":
            name = lambda key: taxonomy.category(key).name  # noqa: E731
            category = st.selectbox("Which one", list(taxonomy.categories), format_func=name, key="which", width=220)
        shown = st.toggle("Show what the model suggests", key="suggest")
        masking.masking_toggle()
    by = printable(by).strip() or "somebody"
    if not known:
        st.query_params["by"] = by  # so that a page that is loaded again knows who it is
    return LabellingRequest(by, order, category), shown


def desk_of(
    chosen: tuple["LabellingRequest", bool], desk: "Assigner", store: Callable[[], "Store"], taxonomy: Taxonomy
) -> None:
    """One email with its keys and the day's progress. Only this part runs at a press, and by itself while all waits."""
    away = st.session_state.setdefault("away", False)
    st.fragment(_turn, run_every=RETRY_SECONDS if away else None)(*chosen, desk, store, taxonomy)


def _turn(
    wish: "LabellingRequest", shown: bool, desk: "Assigner", store: Callable[[], "Store"], taxonomy: Taxonomy
) -> None:
    """Write what was pressed, take the next email, and only then draw."""
    state, away = st.session_state, False
    try:
        offer = _move_on(wish, shown, desk, store, taxonomy)
        state.day = store().labels.tally(wish.by, _midnight()), desk.queue.left
    except StoreUnavailable:
        away, offer = True, desk.email(state.offered) if state.get("offered") else None
    if away != state.away:
        state.away = away
        st.rerun()
    if away:
        st.warning(AWAY, icon=":material/cloud_off:")
    _draw(offer, shown, desk, taxonomy)


def _move_on(
    wish: "LabellingRequest", shown: bool, desk: "Assigner", store: Callable[[], "Store"], taxonomy: Taxonomy
) -> "AssignedEmail | None":
    """Keep what was pressed, if anything; the email to show then, whose id is `offered`. Raises StoreUnavailable."""
    state = st.session_state
    if state.get("wish") != wish:
        if "wish" in state and state.wish.by != wish.by:
            store().labels.release(state.wish.by)
        state.wish, state.offered = wish, None
    current = desk.email(state.offered) if state.offered else None
    if press := state.get("press"):
        if label := _read(press, current, wish, shown, store(), taxonomy):
            current = desk.undo(wish, label) if label.kind == "undo" else desk.next_email(wish, label)
        state.press, state.presses = None, state.get("presses", 0) + 1
    elif current is None:
        current = desk.next_email(wish)
    state.offered = current and current.id
    return current


def _read(press: Any, current: "AssignedEmail | None", wish: "LabellingRequest", *rest: Any) -> "Label | None":
    from model.labelling.keypress import label_from_press

    try:
        return label_from_press(press, current, wish.by, *rest)
    except ValueError:
        st.toast("That press could not be read, and nothing was kept: press again.", icon=":material/error:")
        return None


def _draw(offer: "AssignedEmail | None", shown: bool, desk: "Assigner", taxonomy: Taxonomy) -> None:
    offer = offer and replace(offer, email=masking.masked_if_on(offer.email))
    state, open_ = st.session_state, offer is not None and shown and not offer.hidden
    pad(
        taxonomy,
        offer and (offer.id, offer.email),
        progress=sentences.progress(*state.day) if "day" in state else "",
        under=_about(offer, shown, desk, taxonomy),
        shares={key: percent(share) for key, share in list(offer.prediction.scores.items())[:3]} if open_ else {},
        turn=state.get("presses", 0),
        on_press=_press,
    )
    sleep(BREATH_SECONDS)


def _about(offer: "AssignedEmail | None", shown: bool, desk: "Assigner", taxonomy: Taxonomy) -> str:
    """The line under the email: between which two the model wavers, and by which words."""
    if offer is None or not shown:
        return ""
    if offer.hidden:
        return "No suggestion here: this email tells how often people and model agree by themselves."
    sides = (
        f"{taxonomy.category(key).name}: {', '.join(found)}" for key, found in desk.top_words(offer).items() if found
    )
    return " · ".join(sides)


def _press() -> None:
    st.session_state.press = pressed()


def _midnight() -> datetime:
    """When today began where the visitor is."""
    return datetime.now(sentences.time_zone(st.context.timezone)).replace(hour=0, minute=0, second=0, microsecond=0)
