"""Assigns each labeller the next email."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from data.clock import now
from data.schema import Claim, Email, Label, Prediction, Received, StoreUnavailable
from data.settings import Settings
from data.store import Store
from model.classify.explain import top_words, word_weights
from model.labelling.queue import ACTIVE_LEARNING, DISPUTED, NEWEST
from model.labelling.refreshed_queue import RefreshedQueue
from model.labelling.sampling import audited, people_wanted
from model.serving.fallback import FallbackClassifier

SECOND_LABEL_RATE = 3
"""How many times as often as emails for two people come, a second label is asked for first: so few of them wait."""

UNLIMITED_LABELLERS = 1_000
"""People who may label a disputed email."""

MAX_WORDS = 3
"""Words that are shown for a category."""


@dataclass(frozen=True, slots=True)
class LabellingRequest:
    """What a person wants to label next: the order, one of LABELLING_ORDERS, and for ONE_CATEGORY which one."""

    by: str
    order: str = ACTIVE_LEARNING
    category: str = ""


@dataclass(frozen=True, slots=True)
class AssignedEmail:
    """One email for one person; `hidden` is whether they may not see the prediction."""

    id: str
    email: Email
    prediction: Prediction
    audit: bool
    hidden: bool


class Assigner:
    """Assigns emails to all labellers of one server."""

    def __init__(
        self,
        classifier: FallbackClassifier,
        store: Callable[[], Store],
        settings: Settings,
        clock: Callable[[], datetime] = now,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._classifier, self._store, self._settings = classifier, store, settings
        self._clock, self._chance = clock, chance
        self.queue = RefreshedQueue(classifier, store, settings, clock)

    def next_email(self, request: LabellingRequest, label: Label | None = None) -> AssignedEmail | None:
        """The next email for a person, leased to them; their label of the one before is added in the same transaction.

        None where nothing is left for them. Raises StoreUnavailable: then no label was added.
        """
        claim = self._claim(request)
        labels = self._store().labels
        id = labels.add_and_claim(label, claim) if label else labels.claim(claim)
        self.queue.count(assigned=1, labelled=int(label is not None and label.kind == "label"))
        return self.email(id) if id else None

    def undo(self, request: LabellingRequest, undo: Label) -> AssignedEmail | None:
        """Add an undoing, and assign its person that email again, whoever else may have it."""
        claim = self._claim_of([undo.email_id], request.by, lambda _: UNLIMITED_LABELLERS)
        self._store().labels.add_and_claim(undo, claim)
        self.queue.count(labelled=-1)
        return self.email(undo.email_id) or self.next_email(request)

    def email(self, id: str) -> AssignedEmail | None:
        """That email with its prediction; None where its text was erased. Raises StoreUnavailable."""
        received = self._received(id)
        if not received:
            return None
        predict = self._classifier.predict if self._classifier.trained else self._classifier.predict_fast
        [prediction] = predict([received.email])
        audit = audited(id, self._settings)
        return AssignedEmail(id, received.email, prediction, audit, audit or self._people_wanted(id) > 1)

    def top_words(self, assigned: AssignedEmail) -> dict[str, list[str]]:
        """The words that weighed most for each of the two likeliest categories; empty for keyword rules."""
        classifier = self._classifier.model_of(assigned.prediction)
        if not classifier:
            return {}
        text = assigned.email.text
        weights = {key: word_weights(text, key, classifier) for key in list(assigned.prediction.scores)[:2]}
        return {
            key: [word for word, weight in top_words(text, one, MAX_WORDS) if weight > 0]
            for key, one in weights.items()
        }

    def _received(self, id: str) -> Received | None:
        """As it is in the store, where it may have been erased; as it was queued while the store is unavailable."""
        try:
            return self._store().email(id)
        except StoreUnavailable:
            if queued := self.queue.email(id):
                return queued
            raise

    def _claim(self, request: LabellingRequest) -> Claim:
        audit = self._chance() < self._settings.audit_share
        second = self._chance() < SECOND_LABEL_RATE * self._settings.double_share
        ids = self.queue.current().ids(request.order, request.category, audit, second)
        if request.order == NEWEST:
            ids = [*self.queue.just_arrived(), *ids]
        disputed = request.order == DISPUTED
        return self._claim_of(ids, request.by, (lambda _: UNLIMITED_LABELLERS) if disputed else self._people_wanted)

    def _claim_of(self, ids: list[str], by: str, people: Callable[[str], int]) -> Claim:
        at = self._clock()
        until = at + timedelta(minutes=self._settings.lease_minutes)
        return Claim([(id, people(id)) for id in ids], by, at, until)

    def _people_wanted(self, id: str) -> int:
        return people_wanted(id, self._settings)
