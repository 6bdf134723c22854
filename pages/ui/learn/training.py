"""Pieces of the Learn page: what there is to learn from, the training, the candidate's report, and the curve."""

from collections.abc import Callable
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from data.access import LEAD
from data.model_records import PROMOTED, REJECTED, TRAINING_CANCELLED, TRAINING_FAILED, Promotion, StoredModel, Training
from data.settings import Settings
from data.taxonomy import Taxonomy
from pages.ui import current_user, html, masking, sentences, widgets
from pages.ui.learn import comparison

if TYPE_CHECKING:
    from data.store import Store
    from model.labelling.assignment import Assigner
    from model.training.comparison import Change, ComparisonReport

SHOWN = 200
"""Emails that change hands and are listed; the rest is counted."""

POLL_SECONDS = 1.0


def labels(store: "Store", settings: Settings) -> None:
    """How many answers there are to learn from, and what is kept apart."""
    from model.labelling.consensus import consensus_label
    from model.labelling.queue import disputed, labels_by_email
    from model.labelling.sampling import audited, kept_for_testing

    said = labels_by_email(store.labels.answers())
    gone = store.labels.forgotten()
    agreed = [id for id, some in said.items() if consensus_label(some) and id not in gone]
    kept = sum(kept_for_testing(id, settings) for id in agreed)
    cells = (
        (len(said), "emails labelled"),
        (len(agreed) - kept, "to learn from"),
        (kept, "kept for testing, never learned from"),
        (sum(audited(id, settings) for id in agreed), "drawn at random"),
        (len(disputed(said)), "on which people disagree"),
    )
    if gone:
        cells += ((len(gone), "forgotten, so never learned from"),)
    st.html(html.figures([(f"{count:,}", what) for count, what in cells]))


def train(by: str, store: Callable[[], "Store"]) -> None:
    """The button that trains a candidate, or how the training goes. Only this part runs again meanwhile."""
    from model.training.job import training_alive

    running = training_alive(store().models.training())
    widgets.guarded_fragment(_training, POLL_SECONDS if running else None)(by, store, running)


def _training(by: str, store: Callable[[], "Store"], was_running: bool) -> None:
    from model.training.job import start_training, training_alive

    latest = store().models.training()
    if training_alive(latest):
        if not was_running:
            st.rerun()
        st.progress(latest.share, text=f"{latest.stage} · {latest.share:.0%} · begun by {sentences.plain(latest.by)}")
        st.caption("The model in use goes on answering. You may close this page: the training goes on.")
        if current_user.may(LEAD) and st.button("Cancel", key="cancel"):
            store().models.cancel(latest.id)
            st.rerun()
        return
    if was_running:
        st.rerun()
    if sentence := _ended(latest):
        st.caption(sentence)
    if not current_user.may_or_explain(LEAD, "train a candidate"):
        return
    kind = "secondary" if undecided(store()) else "primary"
    clicked = st.button("Train a candidate", key="train", icon=":material/model_training:", type=kind)
    if clicked and start_training(by, store()):
        st.rerun()


def _ended(latest: Training | None) -> str:
    """A sentence on a training that did not come to its end."""
    if latest is None or latest.version:
        return ""
    if latest.state == TRAINING_CANCELLED:
        return "The last training was cancelled. Nothing has changed."
    if latest.state == TRAINING_FAILED:
        return f"The last training came to nothing: {sentences.plain(latest.said)}"
    return (
        "The last training stopped without a word, perhaps with the server, perhaps for want of memory (it takes some "
        "300 MB). Nothing has changed: train again."
    )


def candidate(by: str, store: "Store", taxonomy: Taxonomy) -> None:
    """The latest candidate that nobody has decided on, with its report and the two buttons."""
    from model.training.comparison import read_comparison, verdict

    found = undecided(store)
    if found is None:
        return
    report = read_comparison(found.report)
    st.header("The candidate", anchor=False)
    says = verdict(report) if report else "Its report was written by another version of Mailroom: train again."
    st.html(f'<p class="mr-says">{escape(says)}</p>')
    _decide(by, found, store)
    if report is None:
        return
    st.html(comparison.compared(report, taxonomy))
    _turned(report)
    _changes(report, store, taxonomy)


def worth(store: "Store", desk: "Assigner", taxonomy: Taxonomy) -> None:
    """What labels were worth so far and the next ones should be, as the latest training measured it."""
    from model.training.comparison import read_comparison

    latest = store.models.latest()
    report = read_comparison(latest.report) if latest else None
    found = report and report.worth
    torn = desk.queue.most_confused_pair()
    useful = f"Most useful now: {' against '.join(taxonomy.category(key).name for key in torn)}." if torn else ""
    if found is None:
        st.caption(f"A training with 60 labels or more to learn from measures it. {useful}")
        return
    st.markdown(f"{sentences.worth(found)} {useful}")
    from pages.ui.learn import curve_chart

    st.plotly_chart(
        curve_chart.curve(found.points, found.more, found.gain),
        key="curve",
        config={"displayModeBar": False},
        alt=sentences.worth(found),
    )


def undecided(store: "Store") -> StoredModel | None:
    """The latest model, if nobody has said anything of it."""
    latest, decided = store.models.latest(), {one.version for one in store.models.promotions()}
    return latest if latest and latest.version not in decided else None


def _decide(by: str, found: StoredModel, store: "Store") -> None:
    if not current_user.may_or_explain(LEAD, "promote or reject it"):
        return
    with st.container(horizontal=True, gap="small"):
        promote = st.button("Promote: everybody uses it", key="promote", type="primary", icon=":material/check:")
        reject = st.button("Reject", key="reject")
    if promote or reject:
        store.models.decide(Promotion(found.version, PROMOTED if promote else REJECTED, by, datetime.now(UTC)))
        st.rerun()


def _turned(report: "ComparisonReport") -> None:
    st.caption(
        f"Of {report.emails:,} emails at hand, {len(report.asked):,} that it decides by itself would become questions "
        f"to a person, and {len(report.decided):,} questions would become decisions."
    )


def _changes(report: "ComparisonReport", store: "Store", taxonomy: Taxonomy) -> None:
    if not report.changes:
        return
    st.header("Every email that would change hands", anchor=False)
    st.caption("Those that the model in use was surest of come first.")
    drawn = [_change(change, store, taxonomy) for change in report.changes[:SHOWN]]
    if len(report.changes) > SHOWN:
        drawn.append(f'<p class="mr-note">and {len(report.changes) - SHOWN:,} more</p>')
    st.html(html.scrolled("".join(drawn), "Every email that would change hands"))


def _change(change: "Change", store: "Store", taxonomy: Taxonomy) -> str:
    received = store.email(change.email_id)
    if not current_user.may_see(received):
        return ""
    return comparison.change(change, masking.masked_if_on(received.email), taxonomy)
