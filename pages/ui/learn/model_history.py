"""Every model there was, which one is in use, and one click back to any of them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from data.access import LEAD
from data.model_records import RESTORED, SHIPPED, Promotion
from pages.ui import current_user
from pages.ui.formatting import escape_markdown

if TYPE_CHECKING:
    from data.store import Store
    from model.serving.fallback import FallbackClassifier

MAX_LISTED_PROMOTIONS = 3


def draw_model_history(by: str, store: "Store", classifier: "FallbackClassifier") -> None:
    """The models, the latest first, the shipped one last.

    :param by: who goes back to a model, for the log.
    """
    st.header("Models", anchor=False)
    in_force, promotions = store.models.in_force(), store.models.promotions()
    in_use = f"In use here: {classifier.version}. Every process takes over a change within seconds."
    st.caption(classifier.why or in_use)
    models = [(model.version, f"trained {model.at:%-d %b %Y, %H:%M} UTC") for model in store.models.all()]
    models.append((SHIPPED, "the one that Mailroom came with, from its corpus alone"))
    for version, origin in models:
        line = _model_line(version, origin, [one for one in promotions if one.version == version])
        if _draw_model(line, version, is_in_force=version == in_force):
            store.models.decide(Promotion(version, RESTORED, by, datetime.now(UTC)))
            st.rerun()


def _model_line(version: str, origin: str, promotions: Sequence[Promotion]) -> str:
    decisions = " · ".join(
        f"{promotion.what} by {escape_markdown(promotion.by)}, {promotion.at:%-d %b %H:%M}"
        for promotion in promotions[:MAX_LISTED_PROMOTIONS]
    )
    return f"**{version or 'Shipped'}** · {origin}{' · ' + decisions if decisions else ''}"


def _draw_model(line: str, version: str, is_in_force: bool) -> bool:
    """A line of the list. Returns whether "Use this one" was clicked."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.markdown(line)
        if is_in_force:
            st.html('<b class="mr-used">in force</b>')
            return False
        return current_user.may(LEAD) and st.button("Use this one", key=f"back_{version}")
