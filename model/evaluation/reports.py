"""Measured results as they are stored as JSON: field names must stay."""

from datetime import date

from pydantic import BaseModel


class Interval(BaseModel):
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float


class Scores(BaseModel):
    """Metrics on `emails` that the model was not trained on; `surest` is the accuracy on the surest 60 % of them."""

    emails: int
    accuracy: Interval
    surest: Interval
    macro_f1: Interval
    calibration_error: Interval


class PartAccuracy(BaseModel):
    """The accuracy (`right`) on one part of the emails: a category, a source, an industry."""

    name: str
    emails: int
    right: Interval


class ShortlistCoverage(BaseModel):
    """Coverage of the shortlist: how often it `held` a right category, what was promised, and its mean length."""

    promised: float
    held: Interval
    length: float


class TrainingReport(BaseModel):
    """What every training measures out of fold: with near-duplicates in one fold (`grouped`), and with whole
    industries left out (`away`).

    `by_category`, `share_decided` and `right_when_decided` are of `away`, the latter two at the threshold
    `decide_above`. `impact_right` and `urgency_right` are accuracies, None where the training data has no such labels.
    """

    grouped: Scores
    away: Scores
    by_category: list[PartAccuracy]
    shortlist: ShortlistCoverage
    decide_above: float
    share_decided: float
    right_when_decided: float
    impact_right: float | None
    urgency_right: float | None


class CandidateScores(BaseModel):
    """One candidate model. Times depend on the machine: compare them within one file only.

    `away` and `elsewhere` as in BenchmarkScores. `single_ms` is the median time of one email, `batch` emails a second
    in one batch, `size_mb` the file, `fit_s` the training, `start_s` a new process until its first prediction.
    `outcomes` are the shares of `away` decided, and decided wrongly, at each of `threshold.THRESHOLDS`.
    """

    name: str
    what: str
    away: Scores
    elsewhere: Scores | None
    single_ms: float
    batch: float
    size_mb: float
    fit_s: float
    start_s: float
    outcomes: list[tuple[float, float]]


class LevelScores(BaseModel):
    """Accuracy (`right`) and macro-F1 of one way of predicting impact or urgency."""

    name: str
    right: Interval
    macro_f1: Interval


class SecondOpinionPoint(BaseModel):
    """The second opinion, asked `below` one confidence: the share of mail it is asked about, accuracies and times."""

    below: float
    share: float
    away: float
    elsewhere: float | None
    mean_ms: float
    p99_ms: float


class SecondOpinionScores(BaseModel):
    """What the second opinion adds, where it is installed; gains are in accuracy."""

    curve: list[SecondOpinionPoint]
    away: Scores
    elsewhere: Scores | None
    away_gain: Interval
    elsewhere_gain: Interval | None
    away_by_category: dict[str, float]
    elsewhere_by_category: dict[str, float] | None
    memory_mb: float


class BenchmarkScores(BaseModel):
    """All that `make scores` measures; None where public data is missing.

    Four ways of testing, each harder than the one before: `random` folds; `grouped`, with near-duplicates in one fold;
    `away`, with whole industries left out; `elsewhere`, on public messages that others wrote. `elsewhere_answers` are
    confidence, novelty and whether the prediction is right, for each of those messages.
    """

    corpus_sha256: str
    made_on: date
    emails: int
    random: Scores
    grouped: Scores
    away: Scores
    elsewhere: Scores | None
    by_category: list[PartAccuracy]
    by_industry: list[PartAccuracy]
    elsewhere_by_category: list[PartAccuracy] | None
    elsewhere_by_source: list[PartAccuracy] | None
    elsewhere_answers: list[tuple[float, float, bool]] | None
    shortlist_away: ShortlistCoverage
    shortlist_elsewhere: ShortlistCoverage | None
    novelty: dict[str, float]
    banking77: float | None
    clinc150: float | None
    impact: list[LevelScores]
    urgency: list[LevelScores]
    pressure_pairs: int
    pressure_moved: int
    candidates: list[CandidateScores]
    second: SecondOpinionScores | None
