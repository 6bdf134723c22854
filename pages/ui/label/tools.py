"""The fields above the labelling form: the labeller's name, the order of emails, and two toggles."""

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from data.schema import NAME_LIMIT
from data.taxonomy import Taxonomy
from data.text_input import printable
from pages.ui import current_user
from pages.ui.masking_toggle import draw_masking_toggle

if TYPE_CHECKING:
    from model.labelling.assignment import LabellingRequest

ORDER_NAMES = {
    "teach": "Least certain first",
    "newest": "Newest first",
    "category": "One category",
    "disputed": "Where people disagree",
}


@dataclass(frozen=True, slots=True)
class LabellingTools:
    """What the labeller set: which email they want next, and whether the model's suggestion is shown."""

    request: "LabellingRequest"
    shows_suggestion: bool


def draw_tools(taxonomy: Taxonomy) -> LabellingTools:
    """Fields for the labeller's name, the order, and two toggles."""
    from model.labelling.assignment import LabellingRequest

    signed_in = current_user.current_principal().name
    st.session_state.setdefault("by", st.query_params.get("by") or f"guest-{secrets.token_hex(2)}")
    with st.container(horizontal=True, vertical_alignment="bottom", key="tools"):
        by = signed_in or st.text_input("Your name", key="by", max_chars=NAME_LIMIT, width=180)
        order = st.selectbox("Order", list(ORDER_NAMES), format_func=ORDER_NAMES.get, key="order", width=240)
        category = ""
        if order == "category":
            name = lambda key: taxonomy.category(key).name  # noqa: E731
            category = st.selectbox("Which one", list(taxonomy.categories), format_func=name, key="which", width=220)
        shows_suggestion = st.toggle("Show what the model suggests", key="suggest")
        draw_masking_toggle()
    by = printable(by).strip() or "somebody"
    if not signed_in:
        st.query_params["by"] = by  # so that reloading keeps the name
    return LabellingTools(LabellingRequest(by, order, category), shows_suggestion)
