"""Learn: a candidate from the labels, what it would change, and who decides."""

import streamlit as st

from pages.ui import current_user
from pages.ui.elements import store_errors_shown
from pages.ui.learn.candidate_report import draw_candidate
from pages.ui.learn.label_files import draw_disk_warning, draw_label_files
from pages.ui.learn.label_value import draw_label_value
from pages.ui.learn.model_history import draw_model_history
from pages.ui.learn.training_status import draw_label_counts, draw_training
from pages.ui.page import set_up_page
from pages.ui.resources import assigner, classifier, settings, store, taxonomy

set_up_page("Learn", "What have the labels taught it, and what would change?", alone=__name__ == "__main__")

with store_errors_shown(st.container()):
    by = current_user.current_principal().name
    draw_label_counts(store(), settings())
    draw_training(by, store)
    draw_candidate(by, store(), taxonomy())
    st.header("What the next labels are worth", anchor=False)
    draw_label_value(store(), assigner(), taxonomy())
    draw_model_history(by, store(), classifier())
    draw_disk_warning(settings())
    draw_label_files(store(), taxonomy(), settings())
