"""The queue of a batch: filtered, in order, with what people do to the mail that they select, and one mail in full."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import streamlit as st

from data.mail import Batch, Line
from data.settings import Settings
from data.taxonomy import Taxonomy
from model.wording import percent
from pages.ui import learning, markup, widgets, words

if TYPE_CHECKING:
    from data.store import Store
    from model.fallback import Standby

HEIGHT = 560
ORDERS = {"first": "What to do first", "newest": "Newest first", "unsure": "Least sure first"}
SHOWN = {
    "decided": "Decided",
    "asked": "Ask a person",
    "said": "By people",
    "differs": "Unlike the file",
}


@dataclass(frozen=True, slots=True)
class Look:
    """A batch as it was when the visitor looked: the list stays still until they ask for it anew."""

    batch: str
    read: int
    version: int
    at: datetime


def queue(batch: Batch, store: "Store", standby: "Standby", taxonomy: Taxonomy, settings: Settings) -> None:
    """The whole desk of a batch. Only this part runs again at a click in it."""
    look = st.session_state.get("look")
    if look is None or look.batch != batch.id or batch.read < look.read:
        _look_anew(batch.id, store)
    st.fragment(_queue)(batch.id, store, standby, taxonomy)


def _look_anew(batch_id: str, store: "Store") -> None:
    batch = store.inbox.batch(batch_id)
    st.session_state.look = Look(batch_id, batch.read, store.inbox.version(), datetime.now(UTC).replace(microsecond=0))


@st.cache_resource(show_spinner=False, max_entries=3)
def _lines(look: Look, _store: "Store", _taxonomy: Taxonomy) -> tuple[list[Line], dict[str, str]]:
    """The lines of a batch in the order of what waiting costs, and why each stands where it does, by id."""
    from model.dispatch import because, order
    from model.inbox import as_of

    lines = _store.inbox.lines(look.batch)
    at = as_of(lines, look.at)
    return order(lines, at, _taxonomy), {one.id: because(one, at, _taxonomy) for one in lines}


def _queue(batch_id: str, store: "Store", standby: "Standby", taxonomy: Taxonomy) -> None:
    _news(batch_id, store)
    look = st.session_state.look
    lines, reasons = _lines(look, store, taxonomy)
    if not lines:
        st.caption("No mail could be read yet.")
        return
    _figures(store.inbox.batch(batch_id), lines)
    shown = _ordered(_filtered(lines, store, taxonomy))
    left, right = st.columns([8, 5], gap="large")
    with left:
        picked = _table(shown, reasons, look, taxonomy)
        _actions(picked, shown, store, taxonomy)
    one = store.inbox.get(picked[0].id) if len(picked) == 1 else None
    with right:
        if one:
            _detail(one, store, taxonomy)
        else:
            from pages.ui import shift_panel

            shift_panel.saved(lines, taxonomy)
    if one:
        widgets.why(one.triaged, standby.author(one.triaged.prediction), taxonomy)
        widgets.how_usual(one.triaged, standby.trained)
        widgets.priority(one.triaged.prediction, taxonomy)


def _news(batch_id: str, store: "Store") -> None:
    """What has come in since the visitor looked, and a button that shows it."""
    new = store.inbox.batch(batch_id).read - st.session_state.look.read
    if new > 0 and st.button(f"{new:,} new: show them", icon=":material/refresh:", key="news"):
        _look_anew(batch_id, store)
        st.rerun(scope="fragment")


def _figures(batch: Batch, lines: Sequence[Line]) -> None:
    asked = sum(not line.decided and not line.answered for line in lines)
    cells = (
        (batch.read, "read"),
        (len(lines) - asked, "decided"),
        (asked, "need a person"),
        (batch.bad, "could not be read"),
    )
    st.html(markup.figures([(f"{count:,}", what) for count, what in cells]))
    st.caption(words.all_accounted(batch))


def _filtered(lines: Sequence[Line], store: "Store", taxonomy: Taxonomy) -> list[Line]:
    from model.inbox import Filter, counts

    held = {name: count for name, count in counts(lines, taxonomy.choices).items() if count}
    priorities = sorted({line.priority for line in lines})
    keys = sorted({line.category for line in lines}, key=lambda key: taxonomy.category(key).name)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="filters"):
        text = st.text_input(
            "Search", key="search", placeholder="Subject, text, sender", width=165, icon=":material/search:"
        )
        categories = st.multiselect(
            "Goes to",
            keys,
            format_func=lambda key: taxonomy.category(key).name,
            key="goes",
            placeholder="Any",
            width=220,
        )
        levels = st.pills("Priority", priorities, selection_mode="multi", key="levels")
        state = st.pills(
            "Show", list(held), selection_mode="multi", format_func=lambda n: f"{SHOWN[n]} {held[n]:,}", key="held"
        )
        st.selectbox("Order", list(ORDERS), format_func=ORDERS.get, key="queue_order", width=155)
    ids = store.inbox.found(st.session_state.look.batch, text.strip()) if text.strip() else None
    chosen = Filter(state, levels, categories, ids, taxonomy.choices)
    return [line for line in lines if chosen.takes(line)]


def _ordered(lines: list[Line]) -> list[Line]:
    if st.session_state.queue_order == "newest":
        return sorted(lines, key=lambda line: line.at, reverse=True)
    if st.session_state.queue_order == "unsure":
        return sorted(lines, key=lambda line: (line.answered, line.confidence))
    return lines


def _table(lines: Sequence[Line], reasons: dict[str, str], look: Look, taxonomy: Taxonomy) -> list[Line]:
    """The lines as a table; the ones that are selected. It begins anew where other lines stand in it."""
    ids = [line.id for line in lines]
    key = hashlib.sha256("".join([str(look.version), *ids]).encode()).hexdigest()[:16]
    kept = set(st.session_state.get("picked", ()))
    event = st.dataframe(
        _cells(lines, reasons, taxonomy),
        key=f"queue_{key}",
        height=HEIGHT,
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": [i for i, id in enumerate(ids) if id in kept]}},
        column_config=_columns(),
        placeholder="",
    )
    picked = [lines[i] for i in event.selection.rows if i < len(lines)]
    st.session_state.picked = [line.id for line in picked]
    return picked


def _cells(lines: Sequence[Line], reasons: dict[str, str], taxonomy: Taxonomy) -> dict[str, list]:
    return {
        "": [line.priority for line in lines],
        "Subject": [line.subject or "(no subject)" for line in lines],
        "Goes to": [words.goes_to(line, taxonomy) for line in lines],
        "Why here": [reasons[line.id] for line in lines],
        "Sure": [100 * line.confidence for line in lines],
        "From": [line.sender for line in lines],
        "Answer by": [line.respond_by for line in lines],
        "Decided by": [line.by for line in lines],
        "Came": [line.at for line in lines],
    }


def _columns() -> dict[str, Any]:
    column, zone = st.column_config, str(words.time_zone(st.context.timezone))
    return {
        "": column.TextColumn(width=46, pinned=True),
        "Subject": column.TextColumn(width=170),
        "Goes to": column.TextColumn(width=115),
        "Why here": column.TextColumn(width=190),
        "Sure": column.NumberColumn(format="%.0f %%", width=55),
        "From": column.TextColumn(width=170),
        "Answer by": column.DatetimeColumn(format="ddd D MMM, HH:mm", timezone=zone, width=140),
        "Came": column.DatetimeColumn(format="ddd D MMM, HH:mm", timezone=zone, width=140),
    }


def _actions(picked: Sequence[Line], shown: Sequence[Line], store: "Store", taxonomy: Taxonomy) -> None:
    """What people do to the selected mail: every word of theirs is a label."""
    from model import inbox

    ids = [line.id for line in picked]
    st.caption(
        f"{len(ids):,} selected"
        if ids
        else f"{len(shown):,} shown. Select some to say what is right, or one to see it whole."
    )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="acts"):
        right = st.button("Right as it is", icon=":material/check:", disabled=not ids, key="accept")
        goes = st.selectbox(
            "Move to",
            list(taxonomy.choices),
            index=None,
            format_func=lambda key: taxonomy.category(key).name,
            placeholder="Move to …",
            label_visibility="collapsed",
            disabled=not ids,
            key=f"move_{st.session_state.get('acts', 0)}",
            width=190,
        )
        send = st.button("Send to labelling", icon=":material/label:", disabled=not ids, key="send")
        _take_out(ids or [line.id for line in shown], store, taxonomy)
    if not (right or goes or send):
        return
    by = learning.person() or "visitor"
    if send:
        _done(f"{inbox.send_to_labelling(ids, by, store):,} sent: they come first on the Label page.", store)
    else:
        said = inbox.say(ids, goes, by, store, taxonomy)
        _done(f"{said:,} kept as labels." if not goes else f"{said:,} moved, and kept as labels.", store)


def _done(sentence: str, store: "Store") -> None:
    st.toast(sentence, icon=":material/check:")
    st.session_state.acts = st.session_state.get("acts", 0) + 1
    st.session_state.picked = []
    _look_anew(st.session_state.look.batch, store)
    st.rerun(scope="fragment")


def _take_out(ids: Sequence[str], store: "Store", taxonomy: Taxonomy) -> None:
    from data.outbox import ENDINGS

    with st.popover("Take out", icon=":material/download:"):
        st.caption(f"{len(ids):,} emails")
        for ending, name in ENDINGS.items():
            st.download_button(
                name,
                _exporter(ids, ending, store, taxonomy),
                f"mailroom{ending}",
                key=f"take{ending}",
                on_click="ignore",
            )


def _exporter(ids: Sequence[str], ending: str, store: "Store", taxonomy: Taxonomy) -> Callable[[], bytes]:
    """The file is made when it is asked for."""
    from model.inbox import export

    batch_id = st.session_state.look.batch
    return lambda: export(batch_id, ids, ending, store, taxonomy)


def _detail(one: Any, store: "Store", taxonomy: Taxonomy) -> None:
    """One mail as the Triage page shows it, and what came along with it."""
    from model.triage import learn
    from pages.ui.resources import decide_above

    triaged = one.triaged
    if right := widgets.said():
        learn(triaged.id, right, learning.person() or "visitor", store, taxonomy, via="inbox")
        st.session_state.look = replace(st.session_state.look, version=store.inbox.version())
        st.rerun(scope="fragment")
    widgets.answer(triaged, taxonomy)
    widgets.confidence(triaged.prediction, taxonomy, decide_above())
    widgets.feedback(triaged, store.labels.of(triaged.id), taxonomy)
    st.html(markup.came_along(one, st.context.timezone))


def pictures(batch: Batch, store: "Store", taxonomy: Taxonomy, threshold: float) -> None:
    """What came in, by category, hour, priority and confidence."""
    look = st.session_state.look
    lines, _ = _lines(look, store, taxonomy)
    if not lines:
        return
    from pages.ui import inbox_charts as charts

    st.subheader("What came in", anchor=False)
    zone = words.time_zone(st.context.timezone)
    left, right = st.columns([1, 1], gap="large")
    with left:
        _picture(
            "By category, what a person should decide in orange", charts.by_category(lines, taxonomy), "by_category"
        )
    with right:
        _picture("By hour of the day", charts.by_hour(lines, zone), "by_hour")
        one, other = st.columns(2)
        with one:
            _picture("By priority", charts.by_priority(lines), "by_priority")
        with other:
            _picture(
                f"How sure it was; it decides from {percent(threshold)}", charts.by_confidence(lines, threshold), "sure"
            )


def _picture(title: str, figure: Any, key: str) -> None:
    st.caption(title)
    st.plotly_chart(figure, key=key, config={"displayModeBar": False}, alt=title)
