"""One mail of the queue, as the Triage page shows it, with what came along with it."""

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from data.mail import TriagedMail
from data.taxonomy import Taxonomy
from pages.ui import current_user, widgets
from pages.ui.inbox import html

if TYPE_CHECKING:
    from data.store import Store
    from model.serving.fallback import FallbackClassifier


def beside(one: TriagedMail, store: "Store", taxonomy: Taxonomy) -> None:
    """The decision, how sure it is, and whether it was right."""
    from model.labelling.feedback import keep_label
    from pages.ui.resources import decide_above

    triaged = one.triaged
    if right := widgets.said():
        keep_label(triaged.id, right, current_user.name_or_visitor(), store, taxonomy, via="inbox")
        st.session_state.look = replace(st.session_state.look, version=store.inbox.version())
        st.rerun(scope="fragment")
    widgets.answer(triaged, taxonomy)
    widgets.confidence(triaged.prediction, taxonomy, decide_above())
    widgets.feedback(triaged, store.labels.of(triaged.id), taxonomy)
    st.html(html.came_along(one, st.context.timezone))


def below(one: TriagedMail, standby: "FallbackClassifier", taxonomy: Taxonomy) -> None:
    """Why, how usual such mail is, and how its priority came about."""
    widgets.why(one.triaged, standby.author(one.triaged.prediction), taxonomy)
    widgets.how_usual(one.triaged, standby.trained)
    widgets.priority(one.triaged.prediction, taxonomy)
