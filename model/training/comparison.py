"""Compares a candidate with the model in use on the same emails, by predictions on unseen data."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from data.corpus import LABELLED_ID_PREFIX, NO_CATEGORY, Example
from data.schema import Received
from model.confidence.limits import Limits
from model.evaluation import metrics
from model.evaluation.held_out import HeldOutPredictions, correct_matrix, near_duplicate_groups, score_examples
from model.labelling.consensus import ConsensusLabels
from model.training.comparison_report import (
    ON_CORPUS,
    ON_LABELLED,
    ON_RANDOM_SAMPLE,
    ON_TEST_SET,
    ChangedEmail,
    ComparisonReport,
    LabelWorth,
    PairedAccuracy,
)

if TYPE_CHECKING:
    from model.classify.classifier import Classifier


@dataclass(frozen=True, slots=True)
class ComparedModel:
    """A classifier, and its stored out-of-fold predictions on its training examples."""

    classifier: "Classifier"
    out_of_fold: HeldOutPredictions

    def predict(self, examples: Sequence[Example], group: np.ndarray) -> HeldOutPredictions:
        """Predictions on unseen data; `group` n, numbers of groups of near-duplicates."""
        return unseen_predictions(self.classifier, self.out_of_fold, examples, group)


def compare_models(
    before: ComparedModel,
    after: ComparedModel,
    labels: ConsensusLabels,
    ours: Sequence[Example],
    received: Sequence[Received],
    limits: Limits,
    worth: LabelWorth | None,
) -> ComparisonReport:
    """The report of a candidate (`after`) on the corpus (`ours`), labelled emails and all that was received."""
    by_id = {one.id: one for one in labels.all}
    latest = [by_id.get(LABELLED_ID_PREFIX + one.id) or _unlabelled(one) for one in received]
    old, new = (model.predict(latest, np.arange(len(latest))) for model in (before, after))
    decided_before, decided_after = old.decided(limits), new.decided(limits)
    pairs = {name: _both(before, after, examples) for name, examples in _test_sets(labels, ours).items() if examples}
    compared = [paired_accuracy(name, *pair) for name, pair in pairs.items()]
    return ComparisonReport(
        before=before.classifier.version,
        after=after.classifier.version,
        labels=len(labels.train),
        emails=len(received),
        compared=[one for one in compared if one],
        by_category=paired_by_category(*pairs[ON_LABELLED]),
        changes=changed_emails(received, old, new),
        asked=newly_undecided(received, decided_before, decided_after),
        decided=newly_undecided(received, decided_after, decided_before),
        worth=worth,
    )


def unseen_predictions(
    classifier: "Classifier",
    out_of_fold: HeldOutPredictions,
    examples: Sequence[Example],
    group: np.ndarray | None = None,
) -> HeldOutPredictions:
    """Predictions on unseen data: stored out-of-fold ones for training examples, fresh ones otherwise.

    :param out_of_fold: predictions on the classifier's training examples.
    :param group: n, numbers of groups of near-duplicates, where they are known.
    """
    row = {example.id: i for i, example in enumerate(out_of_fold.examples)}
    rows = np.array([row.get(example.id, -1) for example in examples], dtype=int)
    stored, fresh = np.flatnonzero(rows >= 0), np.flatnonzero(rows < 0)
    categories = tuple(classifier.categories)
    scores, novelty = np.empty((len(examples), len(categories))), np.empty(len(examples))
    scores[stored], novelty[stored] = out_of_fold.scores[rows[stored]], out_of_fold.novelty[rows[stored]]
    scores[fresh], novelty[fresh] = score_examples(classifier, [examples[i] for i in fresh])
    group = near_duplicate_groups(examples) if group is None else group
    return HeldOutPredictions(tuple(examples), categories, scores, correct_matrix(examples, categories), novelty, group)


def paired_accuracy(name: str, before: HeldOutPredictions, after: HeldOutPredictions) -> PairedAccuracy | None:
    """Both models' accuracy on the emails that fit a category, by a paired bootstrap; None where no email does."""
    before, after = before.inside, after.inside
    if not len(before.examples):
        return None
    old, new = before.hit, after.hit
    values = {"before": old, "after": new, "gain": new - 1.0 * old}
    intervals = {
        key: metrics.bootstrap_interval(lambda i, value=value: value[i].mean(), before.group)
        for key, value in values.items()
    }
    won, lost = int((new & ~old).sum()), int((old & ~new).sum())
    return PairedAccuracy(name=name, emails=len(old), won=won, lost=lost, **intervals)


def paired_by_category(before: HeldOutPredictions, after: HeldOutPredictions) -> list[PairedAccuracy]:
    """The paired accuracy on the emails of each category."""
    truth = np.array([example.category for example in before.examples])
    names = [name for name in np.unique(truth) if name != NO_CATEGORY]
    return [paired_accuracy(str(name), before.only(truth == name), after.only(truth == name)) for name in names]


def changed_emails(
    received: Sequence[Received], before: HeldOutPredictions, after: HeldOutPredictions
) -> list[ChangedEmail]:
    """The emails with another predicted category, in descending order of the confidence before.

    The predictions are on the received emails; an example of unknown category has the category "".
    """
    differ = np.flatnonzero(before.guess != after.guess)
    order = differ[np.argsort(-before.confidence[differ], kind="stable")]
    return [_changed_email(received[i].id, i, before, after) for i in order]


def newly_undecided(received: Sequence[Received], decided: np.ndarray, decided_after: np.ndarray) -> list[str]:
    """The ids of the emails that were decided and no longer are, from two masks of n."""
    return [received[i].id for i in np.flatnonzero(decided & ~decided_after)]


def _test_sets(labels: ConsensusLabels, ours: Sequence[Example]) -> dict[str, Sequence[Example]]:
    test = {one.id for one in labels.test}
    random_sample = [one for one in labels.all if one.id in labels.audited]
    return {
        ON_RANDOM_SAMPLE: random_sample,
        ON_TEST_SET: [one for one in random_sample if one.id in test],
        ON_LABELLED: labels.all,
        ON_CORPUS: ours,
    }


def _both(
    before: ComparedModel, after: ComparedModel, examples: Sequence[Example]
) -> tuple[HeldOutPredictions, HeldOutPredictions]:
    group = near_duplicate_groups(examples)
    return before.predict(examples, group), after.predict(examples, group)


def _unlabelled(received: Received) -> Example:
    return Example(LABELLED_ID_PREFIX + received.id, received.email.subject, received.email.body, "")


def _changed_email(id: str, i: int, before: HeldOutPredictions, after: HeldOutPredictions) -> ChangedEmail:
    right_before, right_after = (bool(one.right[i, one.guess[i]]) for one in (before, after))
    truth = before.examples[i].category
    return ChangedEmail(
        email_id=id,
        before=before.categories[before.guess[i]],
        after=after.categories[after.guess[i]],
        sure=float(before.confidence[i]),
        truth=truth,
        better=None if not truth or right_before == right_after else right_after,
    )
