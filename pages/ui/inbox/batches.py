"""Batches of mail: which one is shown, how far its import is, and what could not be read."""

from collections.abc import Callable
from datetime import UTC, datetime
from time import sleep
from typing import TYPE_CHECKING

import streamlit as st

from data.mail import BATCH_FAILED, BATCH_RUNNING, BATCH_STOPPED, Batch
from data.settings import Settings
from model.wording import short_wait
from pages.ui import current_user
from pages.ui.elements import guarded_fragment
from pages.ui.formatting import escape_markdown

if TYPE_CHECKING:
    from data.store import Store

BATCH_POLL_SECONDS = 0.5
WAIT_POLLS, WAIT_POLL_SECONDS = 20, 0.05
MAX_NAME_LENGTH = 40
MAX_REMEMBERED_BATCHES = 10


def choose_batch(store: "Store", settings: Settings) -> Batch | None:
    """A control that chooses among the mailbox and this visitor's uploads, the latest first; None without any.

    An open demo shows no mailbox.
    """
    mailbox, uploads = _mailbox_ids(settings), _remembered_ids()
    ids = [*mailbox, *uploads] if current_user.sign_in_required() else [id for id in uploads if id not in mailbox]
    batches = store.inbox.batches(ids)
    if len(batches) < 2:
        return batches[0] if batches else None
    by_id = {batch.id: batch for batch in batches}
    if st.session_state.get("batch") not in by_id:
        st.session_state.batch = next(iter(by_id))
    st.pills("Look at", list(by_id), format_func=lambda id: _batch_label(by_id[id]), key="batch", required=True)
    return by_id[st.session_state.batch]


def _mailbox_ids(settings: Settings) -> list[str]:
    """The id of the watched mailbox's batch, if one is watched."""
    if not settings.mailbox_host:
        return []
    from data.imap import account

    try:
        return [account(settings).id]
    except ValueError:  # shown by `draw_mailbox_status`
        return []


def _batch_label(batch: Batch) -> str:
    name = batch.name if len(batch.name) <= MAX_NAME_LENGTH else batch.name[: MAX_NAME_LENGTH - 1] + "…"
    return f"{escape_markdown(name)} ({batch.read:,})"


def _remembered_ids() -> list[str]:
    """The visitor's uploads: they stand in the page's address, so that reloading keeps them."""
    return [id for id in st.query_params.get("batch", "").split(",") if id]


def remember_batch(batch_id: str) -> None:
    """Adds a batch to the page's address and shows it."""
    st.query_params["batch"] = ",".join([batch_id, *_remembered_ids()][:MAX_REMEMBERED_BATCHES])
    st.session_state.batch = batch_id


def wait_for_batch(batch_id: str, store: Callable[[], "Store"]) -> None:
    """Waits up to a second for a batch to end: a small one is done before its progress is drawn."""
    for _ in range(WAIT_POLLS):
        if store().inbox.batch(batch_id).state != BATCH_RUNNING:
            return
        sleep(WAIT_POLL_SECONDS)


def draw_progress_until_done(batch: Batch, store: Callable[[], "Store"]) -> bool:
    """Whether the batch is done; while it isn't, its progress and a button that stops it."""
    from model.inbox.upload import batch_alive

    if batch_alive(batch, datetime.now(UTC)):
        guarded_fragment(_draw_progress, BATCH_POLL_SECONDS)(batch.id, store)
        return False
    if sentence := _why_it_ended_early(batch):
        st.caption(escape_markdown(sentence))
    return True


def _draw_progress(batch_id: str, store: Callable[[], "Store"]) -> None:
    from model.inbox.upload import batch_alive

    batch, at = store().inbox.batch(batch_id), datetime.now(UTC)
    if not batch_alive(batch, at):
        st.rerun()
    share = min(1.0, batch.done / batch.size) if batch.size else 0.0
    st.progress(share, text=_progress_line(batch, share, (at - batch.at).total_seconds()))
    st.caption("You may leave this page and come back: the sorting goes on.")
    if st.button("Stop, and keep what is done", key="stop"):
        store().inbox.stop_batch(batch_id)
        st.rerun()


def _progress_line(batch: Batch, share: float, seconds: float) -> str:
    """Emails so far, rate, and time left."""
    count = batch.read + batch.bad
    if not count or seconds <= 0:
        return "Reading …"
    left = f" · {short_wait(seconds * (1 - share) / share)} left" if share else ""
    return f"{count:,} emails · {count / seconds:,.0f} a second{left}"


def _why_it_ended_early(batch: Batch) -> str:
    if batch.state == BATCH_STOPPED:
        return "Stopped: what was done until then is kept."
    if batch.state == BATCH_FAILED:
        return f"It came to no end: {batch.said} What was done until then is kept."
    if batch.state == BATCH_RUNNING:
        return "The server stopped while it sorted. What was done until then is kept: drop the rest again."
    return ""


def draw_unreadable_mail(batch: Batch, store: "Store") -> None:
    """A table of what could not be read: file, place in it, reason."""
    if not batch.bad:
        return
    st.header("What could not be read", anchor=False)
    rows = store.inbox.rejected(batch.id)
    table = {
        "File": [row.file for row in rows],
        "Where": [row.position for row in rows],
        "Why": [row.reason for row in rows],
    }
    st.dataframe(table, hide_index=True, key="bad", column_config={"Why": st.column_config.TextColumn(width="large")})


def draw_empty_inbox() -> None:
    """What the page shows before any mail."""
    st.html(
        '<div class="mr-empty"><b>Monday morning, sorted.</b><br>Drop a file of mail above. You get one queue in the '
        "order of what waiting costs, with the reason on each mail; charts of what came in; and a list of all that "
        "could not be read. Nothing is dropped silently.</div>"
    )
