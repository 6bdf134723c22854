"""Files are dropped, and people say what the columns of tables among them hold."""

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import streamlit as st

from data.settings import Settings
from data.taxonomy import Taxonomy
from pages.ui import html, sentences
from pages.ui.inbox import batches

if TYPE_CHECKING:
    from data.store import Store
    from model.serving.fallback import FallbackClassifier

KINDS = ["eml", "emlx", "mbox", "csv", "tsv", "txt", "zip"]
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


def drop(standby: "FallbackClassifier", store: Callable[[], "Store"], taxonomy: Taxonomy, settings: Settings) -> None:
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
    named = _named(dropped)
    chosen = {name: columns for name, file in named if (columns := _columns(name, file)) is not None}
    lacking = any("body" not in columns for columns in chosen.values())
    if st.button("Sort them", type="primary", key="sort", disabled=lacking):
        _begin(named, chosen, standby, store, taxonomy, settings)
        st.rerun()


def _begin(
    named: Sequence[tuple[str, Any]],
    columns: dict[str, dict[str, str]],
    standby: "FallbackClassifier",
    store: Callable[[], "Store"],
    taxonomy: Taxonomy,
    settings: Settings,
) -> None:
    from data.intake.files import IntakeOptions
    from model.inbox.upload import start_batch

    ways = IntakeOptions(columns, own_lists=settings.mailbox_own_lists)
    batch = start_batch(named, ways, standby, store)
    st.session_state.drops += 1  # an uploader that is empty again
    batches.remember(batch.id)
    batches.wait(batch.id, store)


def _named(dropped: Sequence[Any]) -> list[tuple[str, Any]]:
    """The files, each with a name of its own."""
    named: dict[str, Any] = {}
    for file in dropped:
        path, number = Path(file.name), 2
        name = file.name
        while name in named:
            name, number = f"{path.stem} ({number}){path.suffix}", number + 1
        named[name] = file
    return list(named.items())


def _columns(name: str, file: Any) -> dict[str, str] | None:
    """The column of each part of a dropped table as the visitor leaves it; None for any other file."""
    form, guessed = _looked_at(file)
    if form is None:
        return None
    chosen: dict[str, str] = {}
    with st.container(border=True):
        st.caption(f"What the columns of {sentences.plain(name)} hold, as far as we can tell")
        for (part, label), place in zip(PARTS.items(), (*st.columns(4), *st.columns(4)), strict=False):
            options = list(form.names) if part == "body" else [NOT_THERE, *form.names]
            index = options.index(guessed[part]) if part in guessed else (None if part == "body" else 0)
            with place:
                picked = st.selectbox(label, options, index=index, key=f"column_{file.file_id}_{part}")
            if picked not in (None, NOT_THERE):
                chosen[part] = picked
        if "body" not in chosen:
            st.html(html.field_error("No column holds the text: say which one it is."))
    return chosen


def _looked_at(file: Any) -> tuple[Any, dict[str, str]]:
    """How a dropped table is written and what its columns seem to hold, once a file; None where it is none."""
    known = st.session_state.setdefault("looked_at", {})
    if file.file_id not in known:
        from data.intake import files
        from data.tables import columns, reader

        with TemporaryDirectory() as folder:
            path = Path(folder, "dropped")
            path.write_bytes(file.getbuffer())
            try:
                form = reader.detect_format(path) if files.file_format(path, file.name) == files.TABLE else None
            except ValueError:  # said in the row of its own that it gets
                form = None
            known[file.file_id] = form, columns.guess_columns(path, form) if form else {}
    return known[file.file_id]
