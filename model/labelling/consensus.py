"""Consensus labels: one label for each email on which people agree, as an example for training or testing."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from data.corpus import LABELLED_ID_PREFIX, Example
from data.schema import Email, Label, Prediction, Received
from data.settings import Settings
from model.labelling.queue import labels_by_email
from model.labelling.sampling import audited, kept_for_testing

LABELLED_EMAIL_WEIGHT = 3.0
"""Sample weight of a labelled email; emails of our corpus have 1. 3 did better than 1 on others' mail, 20 no better."""


@dataclass(frozen=True, slots=True)
class ConsensusLabels:
    """Examples for training, and for testing only; `audited` are the ids of those, in either, in the random sample."""

    train: list[Example]
    test: list[Example]
    audited: frozenset[str]

    @property
    def all(self) -> list[Example]:
        """Those for training, then those for testing."""
        return [*self.train, *self.test]


def consensus_labels(
    labelled: Iterable[tuple[Label, Received]],
    predict: Callable[[Sequence[Email]], list[Prediction]],
    settings: Settings,
) -> ConsensusLabels:
    """The emails on which people agree or that were settled; none where somebody asked for an expert.

    :param predict: gives impact and urgency where people gave none.
    """
    pairs = list(labelled)
    emails = {received.id: received for _, received in pairs}
    labels_of = labels_by_email([label for label, _ in pairs])
    agreed = {id: label for id, labels in labels_of.items() if (label := consensus_label(labels))}
    predictions = predict([emails[id].email for id in agreed])
    examples = {
        id: _example(emails[id], label, prediction)
        for (id, label), prediction in zip(agreed.items(), predictions, strict=True)
    }
    kept = {id for id in examples if kept_for_testing(id, settings)}
    return ConsensusLabels(
        train=[one for id, one in examples.items() if id not in kept],
        test=[examples[id] for id in kept],
        audited=frozenset(one.id for id, one in examples.items() if audited(id, settings)),
    )


def consensus_label(labels: Sequence[Label]) -> Label | None:
    """The label that counts for one email: the settled one, else the one that all gave; None where they differ."""
    settled = [one for one in labels if one.kind == "settle"]
    if settled:
        return settled[-1]
    agree = len({one.category for one in labels}) == 1 and not any(one.expert for one in labels)
    return labels[-1] if agree else None


def _example(received: Received, label: Label, prediction: Prediction) -> Example:
    sender = (received.email.sender or "").casefold()
    return Example(
        id=f"{LABELLED_ID_PREFIX}{received.id}",
        subject=received.email.subject,
        body=received.email.body,
        category=label.category,
        also=(label.also,) if label.also else (),
        impact=label.impact or prediction.impact,
        urgency=label.urgency or prediction.urgency,
        weight=LABELLED_EMAIL_WEIGHT,
        family=f"sender:{sender}" if sender else "",
    )
