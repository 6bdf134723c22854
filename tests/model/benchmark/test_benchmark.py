"""Candidates and the shipped classifier are measured in the same way, also in new processes."""

import numpy as np
import pytest

from model.benchmark.candidate_scores import score_candidate, score_shipped
from model.benchmark.candidates import all_candidates
from model.benchmark.second_opinion_gain import _memory_mb
from model.classify.encoder import encoder_installed
from model.evaluation.splits import grouped_folds


def test_a_candidate_is_scored_on_mail_that_it_was_not_fitted_on(tiny, taxonomy):
    [candidate] = [one for one in all_candidates(taxonomy) if one.name == "Naive Bayes"]
    ours = tiny.data.only(tiny.data.inside)
    scores = score_candidate(candidate, ours, grouped_folds(ours.category, ours.group, 3, 0), others=None)
    assert scores.away.emails == len(ours.texts)
    assert scores.away.accuracy.value > 0.8
    assert scores.elsewhere is None
    assert min(scores.single_ms, scores.batch, scores.size_mb, scores.fit_s, scores.start_s) > 0
    assert np.diff([share for share, _ in scores.outcomes]).max() <= 0, "the higher the threshold, the less is decided"


def test_the_shipped_classifier_is_measured_from_its_file(tiny):
    scores = score_shipped(tiny, 1.0, tiny.held_out(tiny.by_industry), None)
    assert scores.away.accuracy.value > 0.9
    assert scores.start_s > 0


@pytest.mark.skipif(not encoder_installed(), reason="no encoder")
def test_the_memory_of_the_encoder_is_measured_in_a_new_process():
    assert _memory_mb() > 1
