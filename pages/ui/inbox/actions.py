"""The buttons under the queue: confirm, move, send to labelling, export. Each confirmation or move is a label."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from data.access import SCOPE_TEACH
from data.mail import QueueItem
from data.taxonomy import Taxonomy
from pages.ui import current_user
from pages.ui.inbox.snapshot import take_snapshot
from pages.ui.masking_toggle import masking_is_on

if TYPE_CHECKING:
    from data.store import Store


def draw_actions(selected: Sequence[QueueItem], shown: Sequence[QueueItem], store: "Store", taxonomy: Taxonomy) -> None:
    """The buttons, and what a click on one of them does to the selected mails; the export takes all without any."""
    ids = [item.id for item in selected]
    st.caption(
        f"{len(ids):,} selected"
        if ids
        else f"{len(shown):,} shown. Select some to say what is right, or one to see it whole."
    )
    export_ids = ids or [item.id for item in shown]
    if not current_user.may(SCOPE_TEACH):
        _draw_export(export_ids, store, taxonomy)
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="acts"):
        confirm = st.button("Right as it is", icon=":material/check:", disabled=not ids, key="accept")
        category = _draw_move_list(not ids, taxonomy)
        send = st.button("Send to labelling", icon=":material/label:", disabled=not ids, key="send")
        _draw_export(export_ids, store, taxonomy)
    if send:
        _send_to_labelling(ids, store)
    elif confirm or category:
        _label(ids, category, store, taxonomy)


def _draw_move_list(disabled: bool, taxonomy: Taxonomy) -> str | None:
    """The list of categories; its key changes after each action, so that it is empty again."""
    return st.selectbox(
        "Move to",
        list(taxonomy.choices),
        index=None,
        format_func=lambda key: taxonomy.category(key).name,
        placeholder="Move to …",
        label_visibility="collapsed",
        disabled=disabled,
        key=f"move_{st.session_state.get('action_count', 0)}",
        width=190,
    )


def _send_to_labelling(ids: Sequence[str], store: "Store") -> None:
    from model.inbox.bulk_actions import send_to_labelling

    sent = send_to_labelling(ids, current_user.name_or_visitor(), store)
    _show_done(f"{sent:,} sent: they come first on the Label page.", store)


def _label(ids: Sequence[str], category: str | None, store: "Store", taxonomy: Taxonomy) -> None:
    """Labels the mails with that category, or each with its own."""
    from model.inbox.bulk_actions import label_mails

    count = label_mails(ids, category, current_user.name_or_visitor(), store, taxonomy)
    _show_done(f"{count:,} moved, and kept as labels." if category else f"{count:,} kept as labels.", store)


def _show_done(sentence: str, store: "Store") -> None:
    st.toast(sentence, icon=":material/check:")
    st.session_state.action_count = st.session_state.get("action_count", 0) + 1
    st.session_state.selected = []
    take_snapshot(st.session_state.snapshot.batch_id, store)
    st.rerun()


def _draw_export(ids: Sequence[str], store: "Store", taxonomy: Taxonomy) -> None:
    from data.mail_export import EXPORT_FORMATS

    with st.popover("Take out", icon=":material/download:"):
        st.caption(f"{len(ids):,} emails{', addresses and numbers hidden' if masking_is_on() else ''}")
        for ending, name in EXPORT_FORMATS.items():
            export = _exporter(ids, ending, store, taxonomy)
            st.download_button(name, export, f"mailroom{ending}", key=f"take{ending}", on_click="ignore")


def _exporter(ids: Sequence[str], ending: str, store: "Store", taxonomy: Taxonomy) -> Callable[[], bytes]:
    """Makes the file when it is downloaded."""
    from model.inbox.bulk_actions import export_mails

    batch_id, is_masked = st.session_state.snapshot.batch_id, masking_is_on()
    return lambda: export_mails(batch_id, ids, ending, store, taxonomy, is_masked)
