"""What there is to train on, the button that trains a candidate, and the progress of a training."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from data.access import LEAD
from data.model_records import TRAINING_CANCELLED, TRAINING_FAILED, Training
from data.settings import Settings
from pages.ui import current_user, html
from pages.ui.elements import guarded_fragment
from pages.ui.formatting import escape_markdown
from pages.ui.learn.candidate_report import undecided_candidate

if TYPE_CHECKING:
    from data.store import Store

TRAINING_POLL_SECONDS = 1.0


def draw_label_counts(store: "Store", settings: Settings) -> None:
    """How many emails are labelled, and how many of them are trained on, kept for testing, or disputed."""
    from model.labelling.consensus import consensus_label
    from model.labelling.queue import disputed, labels_by_email
    from model.labelling.sampling import audited, kept_for_testing

    labels = labels_by_email(store.labels.current_labels())
    forgotten = store.labels.erased_emails()
    agreed = [id for id, of_email in labels.items() if consensus_label(of_email) and id not in forgotten]
    for_testing = sum(kept_for_testing(id, settings) for id in agreed)
    counts = [
        (len(labels), "emails labelled"),
        (len(agreed) - for_testing, "to learn from"),
        (for_testing, "kept for testing, never learned from"),
        (sum(audited(id, settings) for id in agreed), "drawn at random"),
        (len(disputed(labels)), "on which people disagree"),
    ]
    if forgotten:
        counts.append((len(forgotten), "forgotten, so never learned from"))
    st.html(html.key_figures([(f"{count:,}", what) for count, what in counts]))


def draw_training(by: str, store: Callable[[], "Store"]) -> None:
    """The button that trains a candidate, or the progress of the training; only this part runs again meanwhile.

    :param by: who trains, for the log.
    """
    from model.training.job import training_alive

    is_running = training_alive(store().models.training())
    guarded_fragment(_draw_training, TRAINING_POLL_SECONDS if is_running else None)(by, store, is_running)


def _draw_training(by: str, store: Callable[[], "Store"], was_running: bool) -> None:
    from model.training.job import training_alive

    latest = store().models.training()
    is_running = training_alive(latest)
    if is_running != was_running:
        st.rerun()
    if is_running:
        _draw_progress(latest, store())
    else:
        _draw_train_button(by, latest, store())


def _draw_progress(training: Training, store: "Store") -> None:
    begun_by = escape_markdown(training.by)
    st.progress(training.share, text=f"{training.stage} · {training.share:.0%} · begun by {begun_by}")
    st.caption("The model in use goes on answering. You may close this page: the training goes on.")
    if current_user.may(LEAD) and st.button("Cancel", key="cancel"):
        store.models.cancel_training(training.id)
        st.rerun()


def _draw_train_button(by: str, latest: Training | None, store: "Store") -> None:
    from model.training.job import start_training

    if sentence := why_no_candidate(latest):
        st.caption(sentence)
    if not current_user.may_or_explain(LEAD, "train a candidate"):
        return
    kind = "secondary" if undecided_candidate(store) else "primary"
    clicked = st.button("Train a candidate", key="train", icon=":material/model_training:", type=kind)
    if clicked and start_training(by, store):
        st.rerun()


def why_no_candidate(latest: Training | None) -> str:
    """A sentence on the latest training where it made no candidate; else ""."""
    if latest is None or latest.version:
        return ""
    if latest.state == TRAINING_CANCELLED:
        return "The last training was cancelled. Nothing has changed."
    if latest.state == TRAINING_FAILED:
        return f"The last training came to nothing: {escape_markdown(latest.said)}"
    return (
        "The last training stopped without a word, perhaps with the server, perhaps for want of memory (it takes some "
        "300 MB). Nothing has changed: train again."
    )
