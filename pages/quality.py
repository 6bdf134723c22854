"""Quality: how good it is, honestly, and what a threshold costs and saves."""

import streamlit as st

from pages.ui import widgets
from pages.ui.page import set_up_page
from pages.ui.quality import scores as proof
from pages.ui.quality import test_sets, threshold
from pages.ui.resources import benchmark_scores, classifier, decide_above, held_out_result, settings, store, taxonomy

set_up_page("Quality", "How good is it, and what does it cost when it is wrong?", alone=__name__ == "__main__")

model, found = classifier().trained, benchmark_scores()
with st.expander("Test it on your own mail", icon=":material/upload_file:"):
    own = test_sets.own_test(model, taxonomy(), settings().novelty_limit, settings().upload_mb)
chosen = test_sets.choose(held_out_result(), found, own, settings().novelty_limit)
if chosen is None:
    test_sets.nothing_yet()
    st.stop()

desk = None
with widgets.store_errors_shown(st.container()):
    in_force = decide_above()
    test_sets.says(chosen, in_force)
    st.header("The dial", anchor=False)
    if described := threshold.desk_form():
        from model.confidence.limits import set_threshold

        desk, limit = described
        log = store().thresholds()
        threshold.turn(chosen.trial, desk, limit, in_force, log, keep=lambda at, by: set_threshold(at, by, store()))

if found:
    proof.ways(found)
left, right = st.columns(2, gap="large")
with left:
    proof.categories(chosen, taxonomy())
with right:
    proof.calibration(chosen)
    if found:
        proof.shortlist(found)
if chosen.trial.evidence:
    proof.mixups(chosen.trial.evidence, taxonomy())
if found:
    proof.models(found, desk)
    proof.second_opinion(found)
    proof.priority(found)
proof.squeaky_wheel(model, found)
