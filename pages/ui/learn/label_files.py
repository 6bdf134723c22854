"""Labels as files: export and import, and a warning where labels last no longer than the server's disk."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from data.access import SCOPE_TEACH
from data.labels.files import LABEL_FILE_ENDINGS
from data.settings import Settings
from data.taxonomy import Taxonomy
from pages.ui import current_user, html
from pages.ui.formatting import escape_markdown
from pages.ui.masking_toggle import draw_masking_toggle

if TYPE_CHECKING:
    from data.store import Store

LABEL_EXPORT_FORMATS = {".csv": "CSV", ".jsonl": "JSON Lines", ".json": "Label Studio"}
MAX_LISTED_BAD_ROWS = 200


def draw_disk_warning(settings: Settings) -> None:
    """A sentence where labels are stored on the disk of the app's server."""
    if settings.uses_default_database:
        st.caption(
            ":material/hourglass_bottom: Labels live beside the app: where the host wipes its disk, until the next "
            "restart. With DATABASE_URL set nothing is lost; until then, take them out under [Learn](/learn)."
        )


def draw_label_files(store: "Store", taxonomy: Taxonomy, settings: Settings) -> None:
    """Buttons that export all labels, and an uploader that imports some, for whoever may teach."""
    st.header("Labels out and in", anchor=False)
    if not current_user.may_or_explain(SCOPE_TEACH, "take labels out and bring them in"):
        return
    left, right = st.columns(2, gap="large")
    with left:
        _draw_export(store, settings.private_sources)
    with right:
        _draw_import(store, taxonomy, settings.upload_mb)


def _draw_export(store: "Store", private_sources: Sequence[str]) -> None:
    st.caption("What stands now, with its emails. Undone labels stay in the log.")
    is_masked = draw_masking_toggle()
    with st.container(horizontal=True, gap="small"):
        for ending, name in LABEL_EXPORT_FORMATS.items():
            export = _exporter(ending, store, is_masked, private_sources)
            st.download_button(name, export, f"labels{ending}", key=f"out{ending}", on_click="ignore")


def _exporter(ending: str, store: "Store", is_masked: bool, private_sources: Sequence[str]) -> Callable[[], bytes]:
    """Makes the file when it is downloaded."""
    from data.labels.exchange import export_labels

    return lambda: export_labels(f"labels{ending}", store, is_masked, private_sources)


def _draw_import(store: "Store", taxonomy: Taxonomy, max_mb: int) -> None:
    uploaded = st.file_uploader(
        "Bring labels in",
        type=[ending.strip(".") for ending in LABEL_FILE_ENDINGS],
        max_upload_size=max_mb,
        key="labels_in",
    )
    if uploaded and st.button("Take them", key="take"):
        _import(uploaded.name, uploaded.getvalue(), store, taxonomy)


def _import(name: str, content: bytes, store: "Store", taxonomy: Taxonomy) -> None:
    from data.labels.exchange import import_labels

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"labels{Path(name).suffix.lower()}")
        path.write_bytes(content)
        try:
            imported = import_labels(path, store, taxonomy)
        except ValueError as error:
            st.error(escape_markdown(str(error)), icon=":material/error:")
            return
    st.success(f"{imported.new:,} new labels, {imported.known:,} known already, {len(imported.bad):,} bad rows.")
    if imported.bad:
        with st.expander("What could not be taken", expanded=True):
            bad_rows = html.line_list(imported.bad[:MAX_LISTED_BAD_ROWS])
            st.html(html.scroll_box(bad_rows, "What could not be taken"))
