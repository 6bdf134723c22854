"""Batches of mail: which one is looked at, how far it is, how the mailbox fares, and what could not be read."""

from collections.abc import Callable
from datetime import UTC, datetime
from time import sleep
from typing import TYPE_CHECKING

import streamlit as st

from data.mail import BATCH_FAILED, BATCH_RUNNING, BATCH_STOPPED, Batch
from data.settings import Settings
from pages.ui import current_user, sentences, widgets
from pages.ui.inbox import html

if TYPE_CHECKING:
    from data.store import Store

POLL_SECONDS = 0.5
WATCH_SECONDS = 10.0
MOMENTS, MOMENT_SECONDS = 20, 0.05
LONGEST_NAME = 40


def choose(store: "Store", settings: Settings) -> Batch | None:
    """The batch to look at: the mailbox, or what this visitor has dropped, the latest first."""
    watched = _mailbox(settings)
    ids = (
        [*watched, *_remembered()]
        if current_user.sign_in_required()
        else [id for id in _remembered() if id not in watched]
    )
    batches = store.inbox.batches(ids)
    if len(batches) < 2:
        return batches[0] if batches else None
    by_id = {one.id: one for one in batches}
    if st.session_state.get("batch") not in by_id:
        st.session_state.batch = next(iter(by_id))
    st.pills("Look at", list(by_id), format_func=lambda id: _name(by_id[id]), key="batch", required=True)
    return by_id[st.session_state.batch]


def _mailbox(settings: Settings) -> list[str]:
    if not settings.mailbox_host:
        return []
    from data.imap import account

    try:
        return [account(settings).id]
    except ValueError:  # said where the mailbox is told of
        return []


def _name(batch: Batch) -> str:
    name = batch.name if len(batch.name) <= LONGEST_NAME else batch.name[: LONGEST_NAME - 1] + "…"
    return f"{sentences.plain(name)} ({batch.read:,})"


def _remembered() -> list[str]:
    """What this visitor has dropped: in the address too, so that a page that is loaded again knows it."""
    return [id for id in st.query_params.get("batch", "").split(",") if id]


def remember(batch_id: str) -> None:
    """Let a batch be one of those that this visitor looks at."""
    st.query_params["batch"] = ",".join([batch_id, *_remembered()][:10])
    st.session_state.batch = batch_id


def finished(batch: Batch, store: Callable[[], "Store"]) -> bool:
    """Whether a batch is through; while it is not, how far it is, and a button that stops it."""
    from model.inbox.upload import batch_alive

    running = batch_alive(batch, datetime.now(UTC))
    if running:
        widgets.guarded_fragment(_progress, POLL_SECONDS)(batch.id, store)
        return False
    if sentence := _ended(batch):
        st.caption(sentences.plain(sentence))
    return True


def _progress(batch_id: str, store: Callable[[], "Store"]) -> None:
    from model.inbox.upload import batch_alive

    batch, at = store().inbox.batch(batch_id), datetime.now(UTC)
    if not batch_alive(batch, at):
        st.rerun()
    share = min(1.0, batch.done / batch.size) if batch.size else 0.0
    st.progress(share, text=sentences.going_on(batch, share, (at - batch.at).total_seconds()))
    st.caption("You may leave this page and come back: the sorting goes on.")
    if st.button("Stop, and keep what is done", key="stop"):
        store().inbox.stop(batch_id)
        st.rerun()


def wait(batch_id: str, store: Callable[[], "Store"]) -> None:
    """Wait a moment for a batch: a small one is through before its progress could be drawn."""
    for _ in range(MOMENTS):
        if store().inbox.batch(batch_id).state != BATCH_RUNNING:
            return
        sleep(MOMENT_SECONDS)


def _ended(batch: Batch) -> str:
    if batch.state == BATCH_STOPPED:
        return "Stopped: what was done until then is kept."
    if batch.state == BATCH_FAILED:
        return f"It came to no end: {batch.said} What was done until then is kept."
    if batch.state == BATCH_RUNNING:
        return "The server stopped while it sorted. What was done until then is kept: drop the rest again."
    return ""


def mailbox(store: Callable[[], "Store"], settings: Settings) -> None:
    """How the mailbox is watched, if one is. Its mail is shown to people who signed in, and to nobody else."""
    if settings.mailbox_host and not current_user.sign_in_required():
        st.caption(f":material/lock: {current_user.OPEN_DEMO} look into the mailbox.")
    elif settings.mailbox_host:
        widgets.guarded_fragment(_watchers, WATCH_SECONDS)(store, settings)


def _watchers(store: Callable[[], "Store"], settings: Settings) -> None:
    from model.inbox.watcher_status import watcher_status

    st.html(html.watched(watcher_status(store(), settings)))


def bad(batch: Batch, store: "Store") -> None:
    """What could not be read, with file, place and reason."""
    if not batch.bad:
        return
    st.header("What could not be read", anchor=False)
    rows = store.inbox.bad(batch.id)
    table = {
        "File": [one.file for one in rows],
        "Where": [one.position for one in rows],
        "Why": [one.reason for one in rows],
    }
    st.dataframe(table, hide_index=True, key="bad", column_config={"Why": st.column_config.TextColumn(width="large")})


def nothing_yet() -> None:
    """What the page shows before any mail."""
    st.html(
        '<div class="mr-empty"><b>Monday morning, sorted.</b><br>Drop a file of mail above. You get one queue in the '
        "order of what waiting costs, with the reason on each mail; charts of what came in; and a list of all that "
        "could not be read. Nothing is dropped silently.</div>"
    )
