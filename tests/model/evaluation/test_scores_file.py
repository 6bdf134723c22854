"""Scores are kept whole, shown for our corpus alone, and written into README and docs/evaluation.md between marks."""

from datetime import date

import pytest

from data import corpus
from model.benchmark.scores import PAGES
from model.classify.second_opinion import ASK_BELOW
from model.evaluation import scores_file
from model.evaluation.reports import (
    BenchmarkScores,
    CandidateScores,
    Interval,
    LevelScores,
    Scores,
    SecondOpinionPoint,
    SecondOpinionScores,
    ShortlistCoverage,
)
from model.evaluation.scores_file import SCORES_END, SCORES_FILE, SCORES_START

TABLE = "| messages that others wrote |"


def interval(value):
    return Interval(value=value, low=value - 0.01, high=value + 0.01)


def scores(value, emails=1_234):
    one = interval(value)
    return Scores(emails=emails, accuracy=one, surest=one, macro_f1=one, calibration_error=interval(0.05))


def second(below):
    return SecondOpinionScores(
        curve=[SecondOpinionPoint(below=below, share=0.4, away=0.8, elsewhere=None, mean_ms=3.14, p99_ms=21.4)],
        away=scores(0.85),
        elsewhere=None,
        away_gain=interval(0.05),
        elsewhere_gain=None,
        away_by_category={"red": 0.1, "blue": -0.012},
        elsewhere_by_category=None,
        memory_mb=90.4,
    )


@pytest.fixture
def found():
    """As where there is neither public data nor a second opinion."""
    levels = [LevelScores(name="the model", right=interval(0.83), macro_f1=interval(0.7))]
    candidate = CandidateScores(
        name="Linear SVM",
        what="a line a category",
        away=scores(0.8),
        elsewhere=None,
        single_ms=1.7,
        batch=4_671.4,
        size_mb=6.6,
        fit_s=2.0,
        start_s=1.0,
        outcomes=[(0.9, 0.1)],
    )
    return BenchmarkScores(
        corpus_sha256=corpus.corpus_sha256(),
        made_on=date(2026, 11, 24),
        emails=8_260,
        random=scores(0.845),
        grouped=scores(0.838),
        away=scores(0.8),
        elsewhere=None,
        by_category=[],
        by_industry=[],
        elsewhere_by_category=None,
        elsewhere_by_source=None,
        elsewhere_answers=None,
        shortlist_away=ShortlistCoverage(promised=0.9, held=interval(0.9), length=1.4),
        shortlist_elsewhere=None,
        novelty={"German": 0.9},
        banking77=None,
        clinc150=None,
        impact=levels,
        urgency=levels,
        pressure_pairs=120,
        pressure_moved=9,
        candidates=[candidate],
        second=None,
    )


def test_what_is_written_is_read_again(found, tmp_path):
    path = tmp_path / "scores.json"
    whole = found.model_copy(
        update={"second": second(ASK_BELOW), "elsewhere": scores(0.76), "elsewhere_answers": [(0.9312, 0.2, True)]}
    )
    for one in (whole, found):
        scores_file.write_scores(one, path)
        assert scores_file.read_scores(path) == one


@pytest.mark.parametrize("text", ["", "{", "null", "{}", "\x00", '{"corpus_sha256": 1}'])
def test_a_broken_file_is_no_findings(tmp_path, text):
    path = tmp_path / "scores.json"
    path.write_text(text)
    assert scores_file.read_scores(path) is None


def test_a_missing_file_is_no_findings(tmp_path):
    assert scores_file.read_scores(tmp_path / "nowhere.json") is None
    assert scores_file.read_scores(tmp_path) is None


def test_findings_about_another_corpus_are_none(found, tmp_path):
    path = tmp_path / "scores.json"
    scores_file.write_scores(found.model_copy(update={"corpus_sha256": "0" * 64}), path)
    assert scores_file.read_scores(path) is None


def test_only_what_stands_between_the_marks_is_written_anew(found):
    markdown = scores_file.scores_markdown(found)
    written = scores_file.insert_scores(f"# Ours\n{SCORES_START}old\n{SCORES_END}\nThe rest.\n", markdown)
    assert written == f"# Ours\n{SCORES_START}{markdown}{SCORES_END}\nThe rest.\n"
    assert scores_file.insert_scores(written, markdown) == written


@pytest.mark.parametrize(
    "readme",
    ["", f"{SCORES_START}old\n", f"old\n{SCORES_END}", f"{SCORES_START}a{SCORES_END}{SCORES_START}b{SCORES_END}"],
)
def test_a_readme_without_both_marks_is_not_touched(readme):
    with pytest.raises(ValueError, match="values to unpack"):
        scores_file.insert_scores(readme, "new")


def test_figures_are_told_with_their_intervals(found):
    told = scores_file.scores_markdown(found)
    assert "Measured on 2026-11-24 on 8,260 emails of our own." in told
    row = "| random folds | 1,234 | 0.845 (0.835 to 0.855) | 0.845 (0.835 to 0.855) | 0.050 (0.040 to 0.060) |\n"
    assert row in told
    assert "| the model | 0.830 | 0.700 | 0.830 | 0.700 |\n" in told
    assert "Of 120 pairs of the same email, calm and under improvised pressure, 9 get another priority." in told


def test_what_was_not_measured_is_not_told(found):
    told = scores_file.scores_markdown(found)
    assert TABLE not in told
    assert "| Linear SVM | 0.800 (0.790 to 0.810) | not measured | 1.7 ms | 4,671 | 6.6 MB |\n" in told
    assert "second opinion" not in told
    assert TABLE in scores_file.scores_markdown(found.model_copy(update={"elsewhere": scores(0.76)}))


def test_the_second_opinion_is_told_as_it_is_asked(found):
    told = scores_file.scores_markdown(found.model_copy(update={"second": second(ASK_BELOW)}))
    assert "With the second opinion it is right on 0.850 (0.840 to 0.860) of industries not learned from. " in told
    assert "It is asked about 40% of mail, and a mail then takes 3.1 ms on average (p99 21 ms)" in told
    assert "The category that gains least changes by -1.2 points." in told


def test_the_findings_kept_here_are_about_the_corpus_as_it_is():
    assert scores_file.read_scores(), f"{SCORES_FILE.name} is not about this corpus: run make scores"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_shows_the_scores_kept_here(page):
    kept = BenchmarkScores.model_validate_json(SCORES_FILE.read_bytes())
    text = page.read_text("utf-8")
    assert scores_file.insert_scores(text, PAGES[page](kept)) == text, "run make scores"


@pytest.mark.parametrize("second_opinion", [None, second(ASK_BELOW)])
def test_the_summary_says_what_the_full_page_says(found, second_opinion):
    measured = found.model_copy(update={"second": second_opinion, "elsewhere": scores(0.76)})
    summary, whole = scores_file.summary_markdown(measured), scores_file.scores_markdown(measured)
    assert TABLE in summary
    assert ("second opinion" in summary) == (second_opinion is not None)
    for line in summary.splitlines():
        assert line in whole
