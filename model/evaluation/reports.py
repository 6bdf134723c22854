"""The shapes of what was measured: figures with their intervals, as they are kept and shown."""

from datetime import date

from pydantic import BaseModel


class Interval(BaseModel):
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


class Scores(BaseModel):
    """How good answers were on `emails` that the model had not learned from.

    `surest` is the share right on the 60 % that it was surest of.
    """

    emails: int
    accuracy: Interval
    surest: Interval
    macro_f1: Interval
    calibration_error: Interval


class PartAccuracy(BaseModel):
    """The share right on one part of the emails: a category, a source, an industry."""

    name: str
    emails: int
    right: Interval


class ShortlistCoverage(BaseModel):
    """How often the shortlist held a right category, against what was promised, and its mean length."""

    promised: float
    held: Interval
    length: float


class TrainingReport(BaseModel):
    """What is measured in every training: on mail without look-alikes in what was learned (`grouped`), and on mail of
    industries that were not learned from (`away`).

    `by_category`, `share_decided` and `right_when_decided` are of mail from away, the latter two at `decide_above`.
    Impact and urgency are None where the emails that were learned from have no such labels.
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
    """One candidate: how good, and what it costs. Times depend on the machine; compare them within one file.

    `away` and `elsewhere` as in Findings. `single_ms` is the median time of one email, `batch` emails a second of many,
    `size_mb` the file, `fit_s` the training, `start_s` a fresh process until its first answer. `outcomes` are the
    shares decided and decided wrongly, away, at each of `dial.THRESHOLDS`.
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
    """How one way of telling impact or urgency does; macro-F1 weighs rare levels like common ones."""

    name: str
    right: Interval
    macro_f1: Interval


class SecondOpinionPoint(BaseModel):
    """The second opinion at one threshold: the share of mail it is asked about, and what comes of it."""

    below: float
    share: float
    away: float
    elsewhere: float | None
    mean_ms: float
    p99_ms: float


class SecondOpinionScores(BaseModel):
    """What the second opinion adds, where it is installed; gains are in share right, category gains by key."""

    curve: list[SecondOpinionPoint]
    away: Scores
    elsewhere: Scores | None
    away_gain: Interval
    elsewhere_gain: Interval | None
    away_by_category: dict[str, float]
    elsewhere_by_category: dict[str, float] | None
    memory_mb: float


class BenchmarkScores(BaseModel):
    """All that `make scores` measures. What needs public data is None where that data is missing.

    `elsewhere_answers` are confidence, novelty and whether it was right for each of others' messages.
    Four ways of testing, each harder than the one before: `random` folds; `grouped` ones, no look-alike being learned
    from; `away`, whole industries being left out; `elsewhere`, public messages that others wrote.
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
