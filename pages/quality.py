"""Quality: how good it is, honestly, and what a threshold costs and saves."""

from functools import partial

import streamlit as st

from pages.ui.elements import store_errors_shown
from pages.ui.page import set_up_page
from pages.ui.quality import benchmark_results, test_set_results
from pages.ui.quality.own_test import own_test_result
from pages.ui.quality.pressure_test import draw_pressure_test
from pages.ui.quality.test_sets import choose_test_set, draw_nothing_measured, draw_summary
from pages.ui.quality.threshold_slider import draw_team_form, draw_threshold_slider
from pages.ui.resources import benchmark_scores, classifier, decide_above, held_out_result, settings, store, taxonomy

set_up_page("Quality", "How good is it, and what does it cost when it is wrong?", alone=__name__ == "__main__")

trained, benchmark = classifier().trained, benchmark_scores()
with st.expander("Test it on your own mail", icon=":material/upload_file:"):
    own = own_test_result(trained, taxonomy(), settings().novelty_limit, settings().upload_mb)
result = choose_test_set(held_out_result(), benchmark, own, settings().novelty_limit)
if result is None:
    draw_nothing_measured()
    st.stop()

team = None
with store_errors_shown(st.container()):
    in_force = decide_above()
    draw_summary(result, in_force)
    st.header("The dial", anchor=False)
    if team := draw_team_form():
        from model.confidence.limits import set_threshold

        history = store().thresholds()
        draw_threshold_slider(result.backtest, team, in_force, history, save=partial(set_threshold, store=store()))

if benchmark:
    benchmark_results.draw_splits(benchmark)
left, right = st.columns(2, gap="large")
with left:
    test_set_results.draw_category_accuracy(result, taxonomy())
with right:
    test_set_results.draw_calibration(result)
    if benchmark:
        benchmark_results.draw_shortlist_coverage(benchmark)
if result.backtest.predictions:
    test_set_results.draw_confusions(result.backtest.predictions, taxonomy())
if benchmark:
    benchmark_results.draw_candidates(benchmark, team and team.costs)
    benchmark_results.draw_second_opinion(benchmark)
    benchmark_results.draw_level_scores(benchmark)
draw_pressure_test(trained, benchmark)
