"""Triage: one email, where it goes, how soon, how sure, and why."""

import streamlit as st

from data.mail import FORM, as_items
from pages.ui import current_user, widgets
from pages.ui.page import set_up_page
from pages.ui.resources import classifier, decide_above, example_emails, store, taxonomy
from pages.ui.triage import form, tour

set_up_page("Triage", "Which team gets this email, how soon, and how sure are we?", alone=__name__ == "__main__")

guided = tour.tour(example_emails())
chosen = form.pick_example(example_emails()) or guided
left, right = st.columns(2, gap="large")
with left:
    email = form.email_form(chosen)

with widgets.store_errors_shown(right):
    if email:
        from model.triage import triage

        [kept] = triage(as_items([email]), classifier(), store(), FORM)
        st.session_state.shown = kept.triaged.id
        st.session_state.picked = chosen
    if right_category := widgets.said():
        from model.labelling.feedback import keep_label

        keep_label(st.session_state.shown, right_category, current_user.name_or_visitor(), store(), taxonomy())
    shown = store().get(st.session_state.shown) if "shown" in st.session_state else None

    with right:
        if shown is None:
            widgets.nothing_yet()
        else:
            with st.container(key="picked" if st.session_state.picked else "typed"):
                widgets.answer(shown, taxonomy())
            widgets.confidence(shown.prediction, taxonomy(), decide_above())
            widgets.feedback(shown, store().labels.of(shown.id), taxonomy())

    if shown is not None:
        widgets.why(shown, classifier().author(shown.prediction), taxonomy())
        widgets.how_usual(shown, classifier().trained)
        widgets.priority(shown.prediction, taxonomy())
