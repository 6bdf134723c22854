"""Label: one email at a time, by keyboard, for people who teach it all day."""

import streamlit as st

from data.access import SCOPE_TEACH
from pages.ui import current_user
from pages.ui.elements import store_errors_shown
from pages.ui.label.labelling import draw_labelling
from pages.ui.label.tools import draw_tools
from pages.ui.learn.label_files import draw_disk_warning
from pages.ui.learn.label_value import draw_label_value
from pages.ui.page import set_up_page
from pages.ui.resources import assigner, settings, store, taxonomy

set_up_page("Label", "Which team should get this email?", alone=__name__ == "__main__")

if not current_user.may_or_explain(SCOPE_TEACH, "label"):
    st.stop()

draw_labelling(draw_tools(taxonomy()), assigner(), store, taxonomy())

draw_disk_warning(settings())

if not st.session_state.store_unavailable:
    with st.expander("What the next labels are worth"), store_errors_shown(st.container()):
        draw_label_value(store(), assigner(), taxonomy())
