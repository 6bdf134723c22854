"""Triage: one email, where it goes, how soon, how sure, and why."""

import streamlit as st

from data.mail import as_items
from data.provenance import FORM
from pages.ui import current_user
from pages.ui.elements import store_errors_shown
from pages.ui.page import set_up_page
from pages.ui.resources import classifier, decide_above, example_emails, store, taxonomy
from pages.ui.triage.answer import draw_answer, draw_confidence, draw_empty_answer
from pages.ui.triage.correction import chosen_category, draw_correction
from pages.ui.triage.explanation import draw_priority, draw_typicality, draw_why
from pages.ui.triage.form import draw_examples, draw_form
from pages.ui.triage.tour import draw_tour

set_up_page("Triage", "Which team gets this email, how soon, and how sure are we?", alone=__name__ == "__main__")

tour_filled_form = draw_tour(example_emails())
form_was_filled = draw_examples(example_emails()) or tour_filled_form
left, right = st.columns(2, gap="large")
with left:
    email = draw_form(form_was_filled)

with store_errors_shown(right):
    if email:
        from model.triage import triage

        [kept] = triage(as_items([email]), classifier(), store(), FORM)
        st.session_state.shown = kept.triaged.id
        st.session_state.form_was_filled = form_was_filled
    if category := chosen_category():
        from model.labelling.feedback import keep_label

        keep_label(st.session_state.shown, category, current_user.name_or_visitor(), store(), taxonomy())
    shown = store().get(st.session_state.shown) if "shown" in st.session_state else None

    with right:
        if shown is None:
            draw_empty_answer()
        else:
            with st.container(key="picked" if st.session_state.form_was_filled else "typed"):
                draw_answer(shown, taxonomy())
            draw_confidence(shown.prediction, taxonomy(), decide_above())
            draw_correction(shown, store().labels.history(shown.id), taxonomy())

    if shown is not None:
        draw_why(shown, classifier().model_of(shown.prediction), taxonomy())
        draw_typicality(shown, classifier().trained)
        draw_priority(shown.prediction, taxonomy())
