"""The uploader for files of mail; for tables among them, which column holds what."""

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import streamlit as st

from data.settings import Settings
from data.taxonomy import Taxonomy
from pages.ui import html
from pages.ui.formatting import escape_markdown
from pages.ui.inbox.batches import remember_batch, wait_for_batch

if TYPE_CHECKING:
    from data.store import Store
    from data.tables.reader import TableFormat
    from model.serving.fallback import FallbackClassifier

FILE_TYPES = ["eml", "emlx", "mbox", "csv", "tsv", "txt", "zip"]
NO_COLUMN = "not there"
COLUMN_LABELS = {
    "body": "Text",
    "subject": "Subject",
    "sender": "From",
    "date": "Date",
    "category": "Category, if sorted before",
    "id": "Id",
    "customers_affected": "Customers affected",
}

Columns = dict[str, str]
"""The name of the column that holds each part of an email."""


def draw_upload(
    classifier: "FallbackClassifier", store: Callable[[], "Store"], taxonomy: Taxonomy, settings: Settings
) -> None:
    """The uploader, the columns of tables, and the button that starts a batch of the files."""
    uploaded = st.file_uploader(
        "Drop mail here: .eml, .mbox, .csv, or a .zip of any of these",
        type=FILE_TYPES,
        accept_multiple_files=True,
        max_upload_size=settings.upload_mb,
        key=f"drop_{st.session_state.setdefault('upload_count', 0)}",
    )
    if not uploaded:
        return
    size = sum(file.size for file in uploaded)
    if size > settings.upload_mb * 2**20:
        st.error(f"These are {size / 2**20:,.0f} MB, more than {settings.upload_mb} at once: drop fewer files.")
        return
    files = _with_unique_names(uploaded)
    columns = {name: chosen for name, file in files if (chosen := _draw_columns(name, file)) is not None}
    lacks_text = any("body" not in chosen for chosen in columns.values())
    if st.button("Sort them", type="primary", key="sort", disabled=lacks_text):
        from data.intake.files import IntakeOptions
        from model.inbox.upload import start_batch

        options = IntakeOptions(columns, own_lists=settings.mailbox_own_lists)
        batch = start_batch(files, options, classifier, store)
        st.session_state.upload_count += 1  # the new key empties the uploader
        remember_batch(batch.id)
        wait_for_batch(batch.id, store)
        st.rerun()


def _with_unique_names(uploaded: Sequence[Any]) -> list[tuple[str, Any]]:
    """The files by name; the second "a.csv" is "a (2).csv"."""
    files: dict[str, Any] = {}
    for file in uploaded:
        path, number = Path(file.name), 2
        name = file.name
        while name in files:
            name, number = f"{path.stem} ({number}){path.suffix}", number + 1
        files[name] = file
    return list(files.items())


def _draw_columns(name: str, file: Any) -> Columns | None:
    """Lists of a table's columns, one for each part of an email, with a guess chosen; None for any other file."""
    table_format, guess = _format_and_guess(file)
    if table_format is None:
        return None
    columns: Columns = {}
    with st.container(border=True):
        st.caption(f"What the columns of {escape_markdown(name)} hold, as far as we can tell")
        for (part, label), place in zip(COLUMN_LABELS.items(), (*st.columns(4), *st.columns(4)), strict=False):
            options = list(table_format.names) if part == "body" else [NO_COLUMN, *table_format.names]
            index = options.index(guess[part]) if part in guess else (None if part == "body" else 0)
            with place:
                column = st.selectbox(label, options, index=index, key=f"column_{file.file_id}_{part}")
            if column not in (None, NO_COLUMN):
                columns[part] = column
        if "body" not in columns:
            st.html(html.field_error("No column holds the text: say which one it is."))
    return columns


def _format_and_guess(file: Any) -> tuple["TableFormat | None", Columns]:
    """How an uploaded table is written and what its columns seem to hold, read once; None for any other file."""
    read_tables = st.session_state.setdefault("uploaded_tables", {})
    if file.file_id not in read_tables:
        from data.intake import files
        from data.tables import columns, reader

        with TemporaryDirectory() as folder:
            path = Path(folder, "dropped")
            path.write_bytes(file.getbuffer())
            try:
                table_format = reader.detect_format(path) if files.file_format(path, file.name) == files.TABLE else None
            except ValueError:  # the batch lists the file among those that could not be read
                table_format = None
            read_tables[file.file_id] = table_format, columns.guess_columns(path, table_format) if table_format else {}
    return read_tables[file.file_id]
