"""The emails to label, in each order that a labeller can choose."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from data.schema import Label, Prediction, Received
from data.settings import Settings
from model.labelling.active_learning import margins, teaching_order
from model.labelling.sampling import audited, people_wanted

ACTIVE_LEARNING, NEWEST, ONE_CATEGORY, DISPUTED = LABELLING_ORDERS = ("teach", "newest", "category", "disputed")

ACTIVE_LEARNING_EMAILS = 60
"""Emails that are chosen by active learning; the others follow, the least certain first."""

JUST_LABELLED = 50
"""Labelled emails that the next ones should be unlike."""


@dataclass(frozen=True, slots=True)
class LabellingQueue:
    """Emails by id, their predicted categories, and the ids to offer, the best first.

    `audits` are the random sample, `second_labels` were labelled by one person and should be by another. Neither are in
    the other lists, but an audit that somebody sent to labelling is in `teaching` too.
    """

    emails: dict[str, Received]
    likeliest: dict[str, str]
    audits: list[str]
    second_labels: list[str]
    teaching: list[str]
    newest: list[str]
    disputed: list[str]
    left: int

    def ids(self, order: str, category: str, audit: bool, second: bool) -> list[str]:
        """The ids to offer in an order, the best first.

        :param audit: whether audits come first. Otherwise they come last, within one category not at all.
        :param second: whether second labels come first. Otherwise they come last.
        """
        if order == DISPUTED:
            return self.disputed
        if order == ONE_CATEGORY:
            chosen, seconds, audits_after = (
                self._of(category, self.teaching),
                self._of(category, self.second_labels),
                [],
            )
        else:
            chosen, seconds = self.newest if order == NEWEST else self.teaching, self.second_labels
            audits_after = self.audits
        chosen = [*self.audits, *chosen] if audit else [*chosen, *audits_after]
        return [*seconds, *chosen] if second else [*chosen, *seconds]

    def _of(self, category: str, ids: Sequence[str]) -> list[str]:
        return [id for id in ids if self.likeliest.get(id) == category]


def build_queue(
    received: Sequence[Received],
    answers: Sequence[Label],
    predict: Callable[[Sequence[Received]], list[Prediction]],
    settings: Settings,
    sent: Sequence[str] = (),
) -> LabellingQueue:
    """The emails that lack labels, given the labels that stand.

    :param received: the latest first.
    :param sent: ids that somebody sent to labelling, which come first.
    """
    labels = labels_by_email(answers)
    emails = {one.id: one for one in received}
    lacking = _without_repeats([one for one in received if lacks_labels(one.id, labels, settings)], labels, emails)
    seconds = [one for one in lacking if one.id in labels]
    audits = [one.id for one in lacking if one.id not in labels and audited(one.id, settings)]
    rest = [one for one in lacking if one.id not in labels and not audited(one.id, settings)]
    predictions = predict([*rest, *seconds])
    just_labelled = [emails[one.email_id].email.text for one in answers[-JUST_LABELLED:] if one.email_id in emails]
    teaching = [rest[i].id for i in _teaching(rest, predictions[: len(rest)], just_labelled)]
    first = set(sent)
    return LabellingQueue(
        emails=emails,
        likeliest={one.id: made.category for one, made in zip([*rest, *seconds], predictions, strict=True)},
        audits=sorted(audits),
        second_labels=[one.id for one in seconds],
        teaching=[*(id for id in audits if id in first), *sorted(teaching, key=lambda id: id not in first)],
        newest=[one.id for one in rest],
        disputed=disputed(labels),
        left=len(lacking),
    )


def _teaching(emails: Sequence[Received], predictions: Sequence[Prediction], just_labelled: Sequence[str]) -> list[int]:
    """Positions of the emails: those chosen by active learning, then the others, the least certain first."""
    scores = probability_matrix(predictions)
    chosen = teaching_order(scores, [one.email.text for one in emails], just_labelled, ACTIVE_LEARNING_EMAILS)
    others = np.argsort(margins(scores), kind="stable")
    return [*chosen, *others[~np.isin(others, chosen)].tolist()]


def probability_matrix(predictions: Sequence[Prediction]) -> np.ndarray:
    """The probabilities of predictions by one model, n x k, the categories sorted by key."""
    keys = sorted(predictions[0].scores) if predictions else ()
    return np.array([[one.scores[key] for key in keys] for one in predictions]).reshape(len(predictions), len(keys))


def labels_by_email(answers: Sequence[Label]) -> dict[str, list[Label]]:
    """The labels that stand, by the id of their email."""
    labels = defaultdict(list)
    for one in answers:
        labels[one.email_id].append(one)
    return dict(labels)


def lacks_labels(id: str, labels: dict[str, list[Label]], settings: Settings) -> bool:
    """Whether fewer people have labelled an email than should."""
    return len({one.by for one in labels.get(id, ())}) < people_wanted(id, settings)


def disputed(labels: dict[str, list[Label]]) -> list[str]:
    """Ids of the emails whose labels differ, where nobody has settled which one is right."""
    return [
        id for id, several in labels.items() if len({one.category for one in several}) > 1 and not _settled(several)
    ]


def open_questions(labels: dict[str, list[Label]]) -> list[str]:
    """Ids of the emails that somebody should settle: their labels differ, or a labeller asked for an expert."""
    differ = set(disputed(labels))
    return [id for id, several in labels.items() if id in differ or _needs_expert(several)]


def _needs_expert(labels: Sequence[Label]) -> bool:
    return any(one.expert for one in labels) and not _settled(labels)


def _settled(labels: Sequence[Label]) -> bool:
    return any(one.kind == "settle" for one in labels)


def _without_repeats(
    lacking: Sequence[Received], labels: dict[str, list[Label]], emails: dict[str, Received]
) -> list[Received]:
    """One email for each text, and none whose text was labelled already in another email."""
    first = {emails[id].email.text: id for id in labels if id in emails}
    return [one for one in lacking if first.setdefault(one.email.text, one.id) == one.id]
