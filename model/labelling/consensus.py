"""What people agree on: one answer for each email, as an example to learn from or to be tested on."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from data.corpus import Example
from data.schema import Email, Label, Prediction, Received
from data.settings import Settings
from model.labelling.queue import labels_by_email
from model.labelling.sampling import audited, kept_for_testing

WEIGHT = 3.0
"""How many emails of our corpus one of the desk's own counts for: 3 did better than 1 on others' mail, 20 no better."""

PREFIX = "label:"
"""Before the id of an email, in the id of the example that it became."""


@dataclass(frozen=True, slots=True)
class ConsensusLabels:
    """Emails with one answer each: those to `learn` from, and those to `test` on that no training ever sees.

    `audited` are the ids of the examples, in either, that were drawn at random.
    """

    learn: list[Example]
    test: list[Example]
    audited: frozenset[str]

    @property
    def all(self) -> list[Example]:
        """Both."""
        return [*self.learn, *self.test]


def consensus_labels(
    labelled: Iterable[tuple[Label, Received]],
    sort: Callable[[Sequence[Email]], list[Prediction]],
    settings: Settings,
) -> ConsensusLabels:
    """The emails on which people agree, or somebody had the last word; where an expert is needed there is no answer.

    :param sort: tells impact and urgency where people did not.
    """
    pairs = list(labelled)
    emails = {received.id: received for _, received in pairs}
    said = labels_by_email([label for label, _ in pairs])
    agreed = {id: label for id, labels in said.items() if (label := consensus_label(labels))}
    made = sort([emails[id].email for id in agreed])
    examples = {
        id: _example(emails[id], label, prediction)
        for (id, label), prediction in zip(agreed.items(), made, strict=True)
    }
    kept = {id for id in examples if kept_for_testing(id, settings)}
    return ConsensusLabels(
        learn=[one for id, one in examples.items() if id not in kept],
        test=[examples[id] for id in kept],
        audited=frozenset(one.id for id, one in examples.items() if audited(id, settings)),
    )


def consensus_label(labels: Sequence[Label]) -> Label | None:
    """The label that stands for all that was said of one email; None where there is none."""
    last_word = [one for one in labels if one.kind == "settle"]
    if last_word:
        return last_word[-1]
    agree = len({one.category for one in labels}) == 1 and not any(one.expert for one in labels)
    return labels[-1] if agree else None


def _example(received: Received, label: Label, made: Prediction) -> Example:
    sender = (received.email.sender or "").casefold()
    return Example(
        id=f"{PREFIX}{received.id}",
        subject=received.email.subject,
        body=received.email.body,
        category=label.category,
        also=(label.also,) if label.also else (),
        impact=label.impact or made.impact,
        urgency=label.urgency or made.urgency,
        weight=WEIGHT,
        family=f"sender:{sender}" if sender else "",
    )
