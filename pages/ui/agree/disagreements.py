"""Emails on which labellers disagree or asked for an expert, one at a time, and the final label for each."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from data.access import SCOPE_TEACH
from data.schema import Label
from data.taxonomy import Taxonomy
from data.text_input import printable
from pages.ui import current_user, html
from pages.ui.agree.label_tables import labels_of_email, whole_email
from pages.ui.masking_toggle import draw_masking_toggle, masked_if_on

if TYPE_CHECKING:
    from data.store import Store


def draw_disagreements(labels: Sequence[Label], store: "Store", taxonomy: Taxonomy) -> None:
    """The first email that waits for a final label, its labels, and the form for whoever may teach."""
    from model.labelling.queue import labels_by_email

    by_email = labels_by_email(labels)
    waiting = _waiting_ids(by_email, store)
    st.header("The last word", anchor=False)
    if not waiting:
        st.html('<div class="mr-empty">Nobody disagrees, and nothing waits for an expert.</div>')
        return
    st.caption(f"{len(waiting):,} emails wait for somebody to decide: people differ, or asked for an expert.")
    draw_masking_toggle()
    received = store.email(waiting[0])
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.html(whole_email(masked_if_on(received.email)))
    with right:
        st.html(labels_of_email(by_email[received.id], taxonomy))
        if label := _draw_final_label_form(received.id, taxonomy):
            store.labels.add([label])
            st.rerun()


def _waiting_ids(by_email: dict[str, list[Label]], store: "Store") -> list[str]:
    """The emails that wait for a final label, but for erased ones and those that an open demo doesn't show."""
    from model.labelling.queue import open_questions

    forgotten = store.labels.erased_emails()
    waiting = [id for id in open_questions(by_email) if id not in forgotten]
    if current_user.sign_in_required():
        return waiting
    return [id for id in waiting if current_user.may_see(store.email(id))]


def _draw_final_label_form(email_id: str, taxonomy: Taxonomy) -> Label | None:
    """The form; the label once it was sent with a name and a category, else a sentence on what is missing."""
    if not current_user.may_or_explain(SCOPE_TEACH, "have the last word"):
        return None
    by = current_user.name_or_ask("settled_by")
    category = st.selectbox(
        "It goes to",
        list(taxonomy.choices),
        index=None,
        format_func=lambda key: taxonomy.category(key).name,
        key=f"settle_{email_id}",
    )
    note = st.text_input("Why (optional)", key=f"why_{email_id}")
    if not st.button("Settle it", type="primary", key="settle"):
        return None
    if not by or not category:
        missing = "a category: choose one above" if by else "a name: type yours above"
        st.html(html.field_error(f"The last word needs {missing}."))
        return None
    id, at = uuid.uuid4().hex, datetime.now(UTC)
    return Label(id=id, email_id=email_id, by=by, at=at, kind="settle", category=category, note=printable(note))
