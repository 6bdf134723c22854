"""Mail comes in: files are dropped and their columns told, a batch goes on or is stopped, a mailbox is watched."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import streamlit as st

from data.mail import FAILED, RUNNING, STOPPED, Batch
from data.settings import Settings
from data.taxonomy import Taxonomy
from pages.ui import markup, words

if TYPE_CHECKING:
    from data.store import Store
    from model.fallback import Standby

POLL_SECONDS = 0.5
KINDS = ["eml", "emlx", "mbox", "csv", "tsv", "txt", "zip"]
LONGEST_NAME = 40
NOT_THERE = "not there"
PARTS = {
    "body": "Text",
    "subject": "Subject",
    "sender": "From",
    "date": "Date",
    "category": "Category, if sorted before",
    "id": "Id",
    "customers_affected": "Customers affected",
}


def drop(standby: "Standby", store: Callable[[], "Store"], taxonomy: Taxonomy, settings: Settings) -> None:
    """Takes files of any kind; where there are tables among them, what their columns hold. Then sorts them."""
    dropped = st.file_uploader(
        "Drop mail here: .eml, .mbox, .csv, or a .zip of any of these",
        type=KINDS,
        accept_multiple_files=True,
        max_upload_size=settings.upload_mb,
        key=f"drop_{st.session_state.setdefault('drops', 0)}",
    )
    if not dropped:
        return
    size = sum(file.size for file in dropped)
    if size > settings.upload_mb * 2**20:
        st.error(f"These are {size / 2**20:,.0f} MB, more than {settings.upload_mb} at once: drop fewer files.")
        return
    chosen = {file.name: columns for file in dropped if (columns := _columns(file)) is not None}
    lacking = any("body" not in columns for columns in chosen.values())
    if st.button("Sort them", type="primary", key="sort", disabled=lacking):
        _begin(dropped, chosen, standby, store, taxonomy, settings)
        st.rerun()


def _begin(
    dropped: Sequence[Any],
    columns: dict[str, dict[str, str]],
    standby: "Standby",
    store: Callable[[], "Store"],
    taxonomy: Taxonomy,
    settings: Settings,
) -> None:
    from data.intake.files import Ways
    from model.inflow import begin

    ways = Ways(columns, own_lists=settings.mailbox_own_lists)
    batch = begin([(file.name, file) for file in dropped], ways, standby, store, taxonomy)
    st.session_state.drops += 1  # an uploader that is empty again
    _remember(batch.id)


def _columns(file: Any) -> dict[str, str] | None:
    """The column of each part of a dropped table as the visitor leaves it; None for any other file."""
    form, guessed = _looked_at(file.name, file.file_id, file)
    if form is None:
        return None
    chosen: dict[str, str] = {}
    with st.container(border=True):
        st.caption(f"What the columns of {words.plain(file.name)} hold, as far as we can tell")
        for (part, label), place in zip(PARTS.items(), (*st.columns(4), *st.columns(4)), strict=False):
            options = list(form.names) if part == "body" else [NOT_THERE, *form.names]
            index = options.index(guessed[part]) if part in guessed else (None if part == "body" else 0)
            with place:
                picked = st.selectbox(label, options, index=index, key=f"column_{file.file_id}_{part}")
            if picked not in (None, NOT_THERE):
                chosen[part] = picked
        if "body" not in chosen:
            st.html(markup.field_error("No column holds the text: say which one it is."))
    return chosen


def _looked_at(name: str, file_id: str, file: Any) -> tuple[Any, dict[str, str]]:
    """How a dropped table is written and what its columns seem to hold, once a file; None where it is none."""
    known = st.session_state.setdefault("looked_at", {})
    if file_id not in known:
        from data import table
        from data.intake import columns, files

        with TemporaryDirectory() as folder:
            path = Path(folder, "dropped")
            path.write_bytes(file.getbuffer())
            try:
                form = table.look(path) if files.kind(path, name) == files.TABLE else None
            except ValueError:  # said in the row of its own that it gets
                form = None
            known[file_id] = form, columns.guess(path, form) if form else {}
    return known[file_id]


def choose(store: "Store", settings: Settings) -> Batch | None:
    """The batch to look at: the mailbox, or what this visitor has dropped, the latest first."""
    ids = [*_mailbox(settings), *_remembered()]
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
    return f"{words.plain(name)} ({batch.read:,})"


def _remembered() -> list[str]:
    """What this visitor has dropped: in the address too, so that a page that is loaded again knows it."""
    return [id for id in st.query_params.get("batch", "").split(",") if id]


def _remember(batch_id: str) -> None:
    st.query_params["batch"] = ",".join([batch_id, *_remembered()][:10])
    st.session_state.batch = batch_id


def finished(batch: Batch, store: Callable[[], "Store"]) -> bool:
    """Whether a batch is through; while it is not, how far it is, and a button that stops it."""
    from model.inflow import alive

    running = alive(batch, datetime.now(UTC))
    if running:
        st.fragment(_progress, run_every=POLL_SECONDS)(batch.id, store)
        return False
    if sentence := _ended(batch):
        st.caption(words.plain(sentence))
    return True


def _progress(batch_id: str, store: Callable[[], "Store"]) -> None:
    from model.inflow import alive

    batch, at = store().inbox.batch(batch_id), datetime.now(UTC)
    if not alive(batch, at):
        st.rerun()
    share = min(1.0, batch.done / batch.size) if batch.size else 0.0
    st.progress(share, text=words.going_on(batch, share, (at - batch.at).total_seconds()))
    st.caption("You may leave this page and come back: the sorting goes on.")
    if st.button("Stop, and keep what is done", key="stop"):
        store().inbox.stop(batch_id)
        st.rerun()


def _ended(batch: Batch) -> str:
    if batch.state == STOPPED:
        return "Stopped: what was done until then is kept."
    if batch.state == FAILED:
        return f"It came to no end: {batch.said} What was done until then is kept."
    if batch.state == RUNNING:
        return "The server stopped while it sorted. What was done until then is kept: drop the rest again."
    return ""


def mailbox(store: Callable[[], "Store"], settings: Settings) -> None:
    """How the mailbox is watched, if one is."""
    if settings.mailbox_host:
        st.fragment(_watchers, run_every=10)(store, settings)


def _watchers(store: Callable[[], "Store"], settings: Settings) -> None:
    from model.watchers import told

    st.html(markup.watched(told(store(), settings)))


def bad(batch: Batch, store: "Store") -> None:
    """What could not be read, with file, place and reason."""
    if not batch.bad:
        return
    st.subheader("What could not be read", anchor=False)
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
