"""The report of a candidate against the model in use, and what it comes to in words. It is stored as JSON."""

from collections.abc import Sequence

from pydantic import BaseModel, ValidationError

from model.evaluation.reports import Interval

MIN_COMPARED_EMAILS = 30
"""With fewer labelled emails a report comes to no conclusion."""

ON_CORPUS = "our corpus"
ON_LABELLED = "labelled here"
ON_RANDOM_SAMPLE = "drawn at random"
ON_TEST_SET = "kept for testing"


class PairedAccuracy(BaseModel):
    """The accuracy of both models on the same emails, and the gain by the candidate.

    `won` emails are right with the candidate only, `lost` ones with the model in use only.
    """

    name: str
    emails: int
    won: int
    lost: int
    before: Interval
    after: Interval
    gain: Interval


class ChangedEmail(BaseModel):
    """One email with another prediction; `sure` is the confidence before, `better` None where it is not known."""

    email_id: str
    before: str
    after: str
    sure: float
    truth: str
    better: bool | None


class LabelWorth(BaseModel):
    """The learning curve: accuracy by number of labels, and the expected gain by `more` of them."""

    points: list[tuple[int, Interval]]
    more: int
    gain: Interval | None


class ComparisonReport(BaseModel):
    """The candidate (`after`) against the model that was in use (`before`), on the latest `emails` and labelled ones.

    `asked` are the ids of emails that a person would decide instead of the machine, `decided` the reverse; `worth` is
    None where there were too few labels.
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
        """The comparison to conclude from: on the random sample, else on all labelled emails; None for too few."""
        enough = {one.name: one for one in self.compared if one.emails >= MIN_COMPARED_EMAILS}
        return enough.get(ON_RANDOM_SAMPLE) or enough.get(ON_LABELLED)


def read_comparison(text: str) -> ComparisonReport | None:
    """A report from its JSON; None where another version of Mailroom wrote it with other fields."""
    try:
        return ComparisonReport.model_validate_json(text)
    except ValidationError:
        return None


def verdict(report: ComparisonReport) -> str:
    """The conclusion of a report in two sentences: which model is better, and how many emails change."""
    return f"{_which_is_better(report)} {_how_many_change(report.changes)}"


def _which_is_better(report: ComparisonReport) -> str:
    paired = report.headline
    if not paired:
        have = max((one.emails for one in report.compared if one.name in (ON_RANDOM_SAMPLE, ON_LABELLED)), default=0)
        return (
            f"The evidence is too thin to tell which is better: {have:,} labelled emails, "
            f"{MIN_COMPARED_EMAILS} are the least."
        )
    value, low, high = (100 * one for one in (paired.gain.value, paired.gain.low, paired.gain.high))
    where = f"on {paired.emails:,} emails {paired.name}"
    if low > 0:
        return f"Better by {value:.1f} points ({low:.1f} to {high:.1f}) {where}."
    if high < 0:
        return f"Worse by {-value:.1f} points ({-high:.1f} to {-low:.1f}) {where}."
    return f"No difference can be told ({low:+.1f} to {high:+.1f} points {where}): the evidence is too thin."


def _how_many_change(changes: Sequence[ChangedEmail]) -> str:
    if not changes:
        return "No email changes hands."
    better, worse = (sum(one.better is which for one in changes) for which in (True, False))
    verb = "email changes" if len(changes) == 1 else "emails change"
    return (
        f"{len(changes):,} {verb} hands: {better:,} for the better, {worse:,} for the worse, "
        f"{len(changes) - better - worse:,} can't be told."
    )
