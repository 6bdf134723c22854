"""The emails that wait to be labelled, in each of the orders that people ask for."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from data.schema import Label, Prediction, Received
from data.settings import Settings
from model.labelling.active_learning import margins, teaching_order
from model.labelling.sampling import audited, people_wanted

ACTIVE_LEARNING, NEWEST, ONE_CATEGORY, DISPUTED = ORDERS = ("teach", "newest", "category", "disputed")

AHEAD = 60
"""Emails that are put in order by what they teach; the rest follows as it came."""

JUST_LABELLED = 50
"""Labelled emails that the next ones should be unlike."""

ANYBODY = 1_000
"""People who may answer a disputed email."""


@dataclass(frozen=True, slots=True)
class LabellingQueue:
    """Emails by id, the likeliest category of each, and ids in order; `audits` are in none of the other orders."""

    emails: dict[str, Received]
    likeliest: dict[str, str]
    audits: list[str]
    teaching: list[str]
    newest: list[str]
    disputed: list[str]
    left: int

    def ids(self, order: str, category: str, audit: bool) -> list[str]:
        """The ids to offer, the best first. Audits come first or last; among one category first or not at all."""
        if order == DISPUTED:
            return self.disputed
        if order == ONE_CATEGORY:
            chosen = [id for id in self.teaching if self.likeliest.get(id) == category]
            return [*self.audits, *chosen] if audit else chosen
        chosen = self.newest if order == NEWEST else self.teaching
        return [*self.audits, *chosen] if audit else [*chosen, *self.audits]


def build_queue(
    received: Sequence[Received],
    answers: Sequence[Label],
    sort: Callable[[Sequence[Received]], list[Prediction]],
    settings: Settings,
    wanted: Sequence[str] = (),
) -> LabellingQueue:
    """What lacks answers among the emails, the latest of which comes first, given the answers that stand.

    :param wanted: ids that somebody sent here, which come first.
    """
    said = labels_by_email(answers)
    emails = {one.id: one for one in received}
    open_ = _without_repeats([one for one in received if lacks_labels(one.id, said, settings)], said, emails)
    audits = [one.id for one in open_ if audited(one.id, settings)]
    rest = [one for one in open_ if not audited(one.id, settings)]
    made = sort(rest)
    just = [emails[one.email_id].email.text for one in answers[-JUST_LABELLED:] if one.email_id in emails]
    scores = probability_matrix(made)
    order = teaching_order(scores, [one.email.text for one in rest], just, AHEAD)
    first = set(order)
    ranked = [*order, *(i for i in np.argsort(margins(scores), kind="stable") if i not in first)]
    sent = set(wanted)
    ranked.sort(key=lambda i: rest[i].id not in sent)
    return LabellingQueue(
        emails=emails,
        likeliest={one.id: prediction.category for one, prediction in zip(rest, made, strict=True)},
        audits=sorted(audits),
        teaching=[*(id for id in audits if id in sent), *(rest[i].id for i in ranked)],
        newest=[one.id for one in rest],
        disputed=disputed(said),
        left=len(open_),
    )


def probability_matrix(made: Sequence[Prediction]) -> np.ndarray:
    """The probabilities of predictions by one model, n x k, the categories sorted by key."""
    keys = sorted(made[0].scores) if made else ()
    return np.array([[one.scores[key] for key in keys] for one in made]).reshape(len(made), len(keys))


def labels_by_email(answers: Sequence[Label]) -> dict[str, list[Label]]:
    """The answers that stand, by the email they are about."""
    said = defaultdict(list)
    for one in answers:
        said[one.email_id].append(one)
    return dict(said)


def lacks_labels(id: str, said: dict[str, list[Label]], settings: Settings) -> bool:
    """Whether fewer people have answered an email than should."""
    return len({one.by for one in said.get(id, ())}) < people_wanted(id, settings)


def disputed(said: dict[str, list[Label]]) -> list[str]:
    """The emails on which answers differ and nobody has had the last word."""
    return [
        id
        for id, labels in said.items()
        if len({one.category for one in labels}) > 1 and not any(one.kind == "settle" for one in labels)
    ]


def open_questions(said: dict[str, list[Label]]) -> list[str]:
    """The emails that wait for the last word: people disagree on them, or one asked for an expert."""
    differ = set(disputed(said))
    return [id for id, labels in said.items() if id in differ or _needs_expert(labels)]


def _needs_expert(labels: Sequence[Label]) -> bool:
    return any(one.expert for one in labels) and not any(one.kind == "settle" for one in labels)


def _without_repeats(
    open_: Sequence[Received], said: dict[str, list[Label]], emails: dict[str, Received]
) -> list[Received]:
    """One email for each text, and none whose text was answered already as another email."""
    seen = {emails[id].email.text: id for id in said if id in emails}
    return [one for one in open_ if seen.setdefault(one.email.text, one.id) == one.id]
