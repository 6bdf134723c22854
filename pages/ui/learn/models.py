"""Pieces of the Learn page: every model there was with one click back to it, and labels as files."""

import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from data.access import LEAD, SCOPE_TEACH
from data.labels.files import LABEL_FILE_ENDINGS
from data.model_records import RESTORED, SHIPPED, Promotion
from data.settings import Settings
from data.taxonomy import Taxonomy
from pages.ui import current_user, html, masking, sentences

if TYPE_CHECKING:
    from data.store import Store
    from model.serving.fallback import FallbackClassifier

FORMATS = {".csv": "CSV", ".jsonl": "JSON Lines", ".json": "Label Studio"}
BAD_ROWS = 200
"""Bad rows that are named; the rest is counted."""


def history(by: str, store: "Store", standby: "FallbackClassifier") -> None:
    """Every model there was, which one is in use, and one click back to any of them."""
    st.header("Models", anchor=False)
    in_force, promotions = store.models.in_force(), store.models.promotions()
    st.caption(standby.why or f"In use here: {standby.version}. Every process takes over a change within seconds.")
    models = [(one.version, f"trained {one.at:%-d %b %Y, %H:%M} UTC") for one in store.models.all()]
    for version, told in [*models, (SHIPPED, "the one that Mailroom came with, from its corpus alone")]:
        _model(version, told, version == in_force, by, store, promotions)


def _model(version: str, told: str, used: bool, by: str, store: "Store", promotions: Sequence[Promotion]) -> None:
    log = [one for one in promotions if one.version == version]
    said = " · ".join(f"{one.what} by {sentences.plain(one.by)}, {one.at:%-d %b %H:%M}" for one in log[:3])
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.markdown(f"**{version or 'Shipped'}** · {told}{' · ' + said if said else ''}")
        if used:
            st.html('<b class="mr-used">in force</b>')
        elif current_user.may(LEAD) and st.button("Use this one", key=f"back_{version}"):
            store.models.decide(Promotion(version, RESTORED, by, datetime.now(UTC)))
            st.rerun()


def until_when(settings: Settings) -> None:
    """A quiet line where labels are kept no longer than the disk that the app runs on."""
    if settings.kept_beside:
        st.caption(
            ":material/hourglass_bottom: Labels live beside the app: where the host wipes its disk, until the next "
            "restart. With DATABASE_URL set nothing is lost; until then, take them out under [Learn](/learn)."
        )


def files(store: "Store", taxonomy: Taxonomy, settings: Settings) -> None:
    """Labels out and in again."""
    st.header("Labels out and in", anchor=False)
    if not current_user.may_or_explain(SCOPE_TEACH, "take labels out and bring them in"):
        return
    out, in_ = st.columns(2, gap="large")
    with out:
        st.caption("What stands now, with its emails. Undone labels stay in the log.")
        hides = masking.masking_toggle()
        with st.container(horizontal=True, gap="small"):
            for ending, format_ in FORMATS.items():
                st.download_button(
                    format_,
                    _exporter(ending, store, hides, settings.private),
                    f"labels{ending}",
                    key=f"out{ending}",
                    on_click="ignore",
                )
    with in_:
        dropped = st.file_uploader(
            "Bring labels in",
            type=[one.strip(".") for one in LABEL_FILE_ENDINGS],
            max_upload_size=settings.upload_mb,
            key="labels_in",
        )
        if dropped and st.button("Take them", key="take"):
            _take(dropped.name, dropped.getvalue(), store, taxonomy)


def _exporter(ending: str, store: "Store", hides: bool, without: Sequence[str]) -> Callable[[], bytes]:
    """The file is made when it is asked for."""
    from data.labels.exchange import export_labels

    return lambda: export_labels(f"labels{ending}", store, hides, without)


def _take(name: str, content: bytes, store: "Store", taxonomy: Taxonomy) -> None:
    from data.labels.exchange import import_labels

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"labels{Path(name).suffix.lower()}")
        path.write_bytes(content)
        try:
            taken = import_labels(path, store, taxonomy)
        except ValueError as error:
            st.error(sentences.plain(str(error)), icon=":material/error:")
            return
    st.success(f"{taken.new:,} new labels, {taken.known:,} known already, {len(taken.bad):,} bad rows.")
    if taken.bad:
        with st.expander("What could not be taken", expanded=True):
            st.html(html.scrolled(html.lines(taken.bad[:BAD_ROWS]), "What could not be taken"))
