"""Pieces of the Agree page: the queue of disagreements, and the figures of agreement."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from data.access import SCOPE_TEACH
from data.schema import Label
from data.taxonomy import Taxonomy
from data.text_input import printable
from model.wording import percent
from pages.ui import current_user, html, masking
from pages.ui.agree import opinions

if TYPE_CHECKING:
    from data.store import Store
    from model.labelling.agreement import Agreement

CONFUSED = 3
"""Pairs of categories whose guidelines are shown side by side."""


def settle(answers: Sequence[Label], store: "Store", taxonomy: Taxonomy) -> None:
    """The emails on which people disagree or an expert is needed, one at a time, for somebody with the last word."""
    from model.labelling.queue import labels_by_email, open_questions

    said, gone = labels_by_email(answers), store.labels.forgotten()
    waiting = [id for id in open_questions(said) if id not in gone]
    if not current_user.sign_in_required():
        waiting = [id for id in waiting if current_user.may_see(store.email(id))]
    st.header("The last word", anchor=False)
    if not waiting:
        st.html('<div class="mr-empty">Nobody disagrees, and nothing waits for an expert.</div>')
        return
    st.caption(f"{len(waiting):,} emails wait for somebody to decide: people differ, or asked for an expert.")
    masking.masking_toggle()
    received = store.email(waiting[0])
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.html(opinions.email(masking.masked_if_on(received.email)))
    with right:
        st.html(opinions.said(said[received.id], taxonomy))
        if label := _last_word(received.id, taxonomy):
            store.labels.add([label])
            st.rerun()


def _last_word(email_id: str, taxonomy: Taxonomy) -> Label | None:
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
    return Label(
        id=uuid.uuid4().hex,
        email_id=email_id,
        by=by,
        at=datetime.now(UTC),
        kind="settle",
        category=category,
        note=printable(note),
    )


def figures(answers: Sequence[Label], taxonomy: Taxonomy) -> None:
    """Agreement over all, by category and by pair of people, and the guidelines of what is confused most."""
    st.header("Agreement", anchor=False)
    found = _agreement(len(answers), answers[-1].id if answers else "", answers)
    if found is None:
        st.html(
            '<div class="mr-empty"><b>No email was labelled by two people yet.</b><br>Some mail goes to a second '
            "person by itself, who sees neither the first answer nor the model's. How far they agree will be "
            "here.</div>"
        )
        return
    cells = [(f"{found.emails:,}", "emails labelled by two or more"), (percent(found.agreed), "of them alike")]
    cells.append((opinions.figure(found.alpha), "Krippendorff's alpha: 1 is perfect, 0 is chance"))
    st.html(html.figures(cells))
    left, right = st.columns(2, gap="large")
    with left:
        st.caption("By category: this one or another? Krippendorff's alpha, the lowest first")
        st.html(opinions.alphas(found.by_category, taxonomy))
    with right:
        st.caption("By two people: Cohen's kappa")
        st.html(opinions.kappas(found.pairs))
    _confused(found, taxonomy)


@st.cache_data(show_spinner=False, max_entries=2)
def _agreement(count: int, latest: str, _answers: Sequence[Label]) -> "Agreement | None":
    """Computed anew when a label came or went."""
    from model.labelling.agreement import measure_agreement

    return measure_agreement(_answers)


def _confused(found: "Agreement", taxonomy: Taxonomy) -> None:
    if not found.confused:
        return
    st.header("What people confuse most", anchor=False)
    for pair, count in found.confused[:CONFUSED]:
        one, other = (taxonomy.category(key) for key in pair)
        st.caption(f"{one.name} and {other.name}: on {count:,} {'email' if count == 1 else 'emails'}")
        for column, category in zip(st.columns(2), (one, other), strict=True):
            with column.container(border=True, height="stretch"):
                st.html(opinions.guideline(category))
