"""Label: one email at a time, by keyboard, for people who teach it all day."""

import streamlit as st

from data.access import SCOPE_TEACH
from pages.ui import current_user, widgets
from pages.ui.label import email
from pages.ui.learn import models, training
from pages.ui.page import set_up_page
from pages.ui.resources import assigner, settings, store, taxonomy

set_up_page("Label", "Which team should get this email?", alone=__name__ == "__main__")

if not current_user.may_or_explain(SCOPE_TEACH, "label"):
    st.stop()

email.desk_of(email.tools(taxonomy()), assigner(), store, taxonomy())

models.until_when(settings())

if not st.session_state.away:
    with st.expander("What the next labels are worth"), widgets.store_errors_shown(st.container()):
        training.worth(store(), assigner(), taxonomy())
