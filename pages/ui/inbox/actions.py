"""What people do to the mail that they selected: every word of theirs is a label."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from data.access import SCOPE_TEACH
from data.mail import QueueItem
from data.taxonomy import Taxonomy
from pages.ui import current_user, masking
from pages.ui.inbox import snapshot

if TYPE_CHECKING:
    from data.store import Store


def acts(picked: Sequence[QueueItem], shown: Sequence[QueueItem], store: "Store", taxonomy: Taxonomy) -> None:
    """The row of buttons under the table."""
    from model.inbox import bulk_actions

    ids = [line.id for line in picked]
    st.caption(
        f"{len(ids):,} selected"
        if ids
        else f"{len(shown):,} shown. Select some to say what is right, or one to see it whole."
    )
    if not current_user.may(SCOPE_TEACH):
        _take_out(ids or [line.id for line in shown], store, taxonomy)
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="acts"):
        right = st.button("Right as it is", icon=":material/check:", disabled=not ids, key="accept")
        goes = st.selectbox(
            "Move to",
            list(taxonomy.choices),
            index=None,
            format_func=lambda key: taxonomy.category(key).name,
            placeholder="Move to …",
            label_visibility="collapsed",
            disabled=not ids,
            key=f"move_{st.session_state.get('acts', 0)}",
            width=190,
        )
        send = st.button("Send to labelling", icon=":material/label:", disabled=not ids, key="send")
        _take_out(ids or [line.id for line in shown], store, taxonomy)
    if not (right or goes or send):
        return
    by = current_user.name_or_visitor()
    if send:
        _done(f"{bulk_actions.send_to_labelling(ids, by, store):,} sent: they come first on the Label page.", store)
    else:
        said = bulk_actions.label_mails(ids, goes, by, store, taxonomy)
        _done(f"{said:,} kept as labels." if not goes else f"{said:,} moved, and kept as labels.", store)


def _done(sentence: str, store: "Store") -> None:
    st.toast(sentence, icon=":material/check:")
    st.session_state.acts = st.session_state.get("acts", 0) + 1
    st.session_state.picked = []
    snapshot.anew(st.session_state.look.batch, store)
    st.rerun()


def _take_out(ids: Sequence[str], store: "Store", taxonomy: Taxonomy) -> None:
    from data.mail_export import EXPORT_FORMATS

    with st.popover("Take out", icon=":material/download:"):
        st.caption(f"{len(ids):,} emails{', addresses and numbers hidden' if masking.masking_is_on() else ''}")
        for ending, name in EXPORT_FORMATS.items():
            st.download_button(
                name,
                _exporter(ids, ending, store, taxonomy),
                f"mailroom{ending}",
                key=f"take{ending}",
                on_click="ignore",
            )


def _exporter(ids: Sequence[str], ending: str, store: "Store", taxonomy: Taxonomy) -> Callable[[], bytes]:
    """The file is made when it is asked for."""
    from model.inbox.bulk_actions import export_mails

    batch_id = st.session_state.look.batch
    hides = masking.masking_is_on()
    return lambda: export_mails(batch_id, ids, ending, store, taxonomy, hides)
