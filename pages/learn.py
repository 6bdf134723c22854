"""Learn: a candidate from the labels, what it would change, and who decides."""

import streamlit as st

from pages.ui import current_user, widgets
from pages.ui.learn import models, training
from pages.ui.page import set_up_page
from pages.ui.resources import assigner, classifier, settings, store, taxonomy

set_up_page("Learn", "What have the labels taught it, and what would change?", alone=__name__ == "__main__")

with widgets.store_errors_shown(st.container()):
    by = current_user.current_principal().name
    training.labels(store(), settings())
    training.train(by, store)
    training.candidate(by, store(), taxonomy())
    st.header("What the next labels are worth", anchor=False)
    training.worth(store(), assigner(), taxonomy())
    models.history(by, store(), classifier())
    models.until_when(settings())
    models.files(store(), taxonomy(), settings())
