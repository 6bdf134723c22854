"""What a candidate would change: both models on the same emails, and every email that would go elsewhere."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel, ValidationError

from data.corpus import NO_CATEGORY, Example
from data.schema import Received
from model.evaluation import metrics
from model.evaluation.held_out import HeldOutPredictions, correct_matrix, near_duplicate_groups, score_examples
from model.evaluation.reports import Interval

if TYPE_CHECKING:
    from model.classify.classifier import Classifier

MIN_COMPARED_EMAILS = 30
"""Emails below which nothing is concluded from a comparison."""

ON_CORPUS, ON_LABELLED, ON_RANDOM_SAMPLE, ON_TEST_SET = (
    "our corpus",
    "labelled here",
    "drawn at random",
    "kept for testing",
)


class PairedAccuracy(BaseModel):
    """Both models on the same emails: the share right of each, and what the candidate gains, each with its interval.

    `won` are right with the candidate alone, `lost` with the model that was in use alone.
    """

    name: str
    emails: int
    won: int
    lost: int
    before: Interval
    after: Interval
    gain: Interval


class ChangedEmail(BaseModel):
    """One email that would go elsewhere. `better` is None where nobody has said what is right."""

    email_id: str
    before: str
    after: str
    sure: float
    truth: str
    better: bool | None


class LabelWorth(BaseModel):
    """What labels were worth so far, the share right with so many of them, and what `more` of them should add."""

    points: list[tuple[int, Interval]]
    more: int
    gain: Interval | None


class ComparisonReport(BaseModel):
    """The candidate against the model that was in use.

    `asked` are the ids of emails whose decisions turn into questions, `decided` those whose questions turn into
    decisions, among the latest `emails`; `worth` is None where there were too few labels for a curve.
    """

    before: str
    after: str
    labels: int
    emails: int
    compared: list[PairedAccuracy]
    by_category: list[PairedAccuracy]
    changes: list[ChangedEmail]
    asked: list[str]
    decided: list[str]
    worth: LabelWorth | None

    @property
    def headline(self) -> PairedAccuracy | None:
        """What may be concluded from: the emails that were drawn at random, else all labelled ones; None if too few."""
        by_name = {one.name: one for one in self.compared}
        return next(
            (
                by_name[n]
                for n in (ON_RANDOM_SAMPLE, ON_LABELLED)
                if n in by_name and by_name[n].emails >= MIN_COMPARED_EMAILS
            ),
            None,
        )


def unseen_predictions(
    classifier: "Classifier", learned: HeldOutPredictions, examples: Sequence[Example], group: np.ndarray | None = None
) -> HeldOutPredictions:
    """A model's answers on examples, by which it had not learned from any: kept ones for those it learned from.

    :param learned: answers on what the model learned from, by models of the same kind that had not seen it.
    :param group: the look-alikes among the examples, where they are known.
    """
    row = {example.id: i for i, example in enumerate(learned.examples)}
    known = np.array([row.get(example.id, -1) for example in examples], dtype=int)
    seen, new = np.flatnonzero(known >= 0), np.flatnonzero(known < 0)
    categories = tuple(classifier.categories)
    scores, novelty = np.empty((len(examples), len(categories))), np.empty(len(examples))
    scores[seen], novelty[seen] = learned.scores[known[seen]], learned.novelty[known[seen]]
    scores[new], novelty[new] = score_examples(classifier, [examples[i] for i in new])
    group = near_duplicate_groups(examples) if group is None else group
    return HeldOutPredictions(tuple(examples), categories, scores, correct_matrix(examples, categories), novelty, group)


def paired_accuracy(name: str, before: HeldOutPredictions, after: HeldOutPredictions) -> PairedAccuracy | None:
    """Both on the emails that fit a category, with a paired bootstrap over groups of look-alikes; None without any."""
    before, after = before.inside, after.inside
    if not len(before.examples):
        return None
    old, new = before.hit, after.hit
    each = {
        "before": lambda i: old[i].mean(),
        "after": lambda i: new[i].mean(),
        "gain": lambda i: (new - 1.0 * old)[i].mean(),
    }
    intervals = {what: metrics.bootstrap_interval(statistic, before.group) for what, statistic in each.items()}
    won, lost = int((new & ~old).sum()), int((old & ~new).sum())
    return PairedAccuracy(name=name, emails=len(old), won=won, lost=lost, **intervals)


def paired_by_category(before: HeldOutPredictions, after: HeldOutPredictions) -> list[PairedAccuracy]:
    """The same for each category that is the truth of some email."""
    truth = np.array([example.category for example in before.examples])
    names = [name for name in np.unique(truth) if name != NO_CATEGORY]
    return [paired_accuracy(str(name), before.only(truth == name), after.only(truth == name)) for name in names]


def changed_emails(
    received: Sequence[Received], before: HeldOutPredictions, after: HeldOutPredictions
) -> list[ChangedEmail]:
    """The emails whose likeliest category differs, those that the old model was surest of first.

    The examples of both are the emails, with the category "" where nobody has said what is right.
    """
    differ = np.flatnonzero(before.guess != after.guess)
    order = differ[np.argsort(-before.confidence[differ], kind="stable")]
    return [_change(received[i].id, i, before, after) for i in order]


def newly_undecided(received: Sequence[Received], decided: np.ndarray, instead: np.ndarray) -> list[str]:
    """The ids of the emails that were decided and would be no longer."""
    return [received[i].id for i in np.flatnonzero(decided & ~instead)]


def _change(id: str, i: int, before: HeldOutPredictions, after: HeldOutPredictions) -> ChangedEmail:
    old, new = (bool(one.right[i, one.guess[i]]) for one in (before, after))
    truth = before.examples[i].category
    return ChangedEmail(
        email_id=id,
        before=before.categories[before.guess[i]],
        after=after.categories[after.guess[i]],
        sure=float(before.confidence[i]),
        truth=truth,
        better=None if not truth or old == new else new,
    )


def read_comparison(text: str) -> ComparisonReport | None:
    """A report from its JSON; None where another version of Mailroom wrote it in another shape."""
    try:
        return ComparisonReport.model_validate_json(text)
    except ValidationError:
        return None


def verdict(report: ComparisonReport) -> str:
    """What a report says, in the words of whoever has to decide."""
    return f"{_better(report)} {_hands(report.changes)}"


def _better(report: ComparisonReport) -> str:
    found = report.headline
    if not found:
        have = max((one.emails for one in report.compared if one.name in (ON_RANDOM_SAMPLE, ON_LABELLED)), default=0)
        return (
            f"The evidence is too thin to tell which is better: {have:,} labelled emails, "
            f"{MIN_COMPARED_EMAILS} are the least."
        )
    gain = found.gain
    low, high = 100 * gain.low, 100 * gain.high
    on = f"on {found.emails:,} emails {found.name}"
    if low > 0:
        return f"Better by {100 * gain.value:.1f} points ({low:.1f} to {high:.1f}) {on}."
    if high < 0:
        return f"Worse by {-100 * gain.value:.1f} points ({-high:.1f} to {-low:.1f}) {on}."
    return f"No difference can be told ({low:+.1f} to {high:+.1f} points {on}): the evidence is too thin."


def _hands(moved: Sequence[ChangedEmail]) -> str:
    if not moved:
        return "No email changes hands."
    better, worse = (sum(one.better is which for one in moved) for which in (True, False))
    verb = "email changes" if len(moved) == 1 else "emails change"
    return (
        f"{len(moved):,} {verb} hands: {better:,} for the better, {worse:,} for the worse, "
        f"{len(moved) - better - worse:,} can't be told."
    )
