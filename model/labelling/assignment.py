"""Who labels which email next: what waits is kept in order, ahead of whoever asks."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock, Thread

from data.clock import now
from data.mail import SOURCE_UPLOAD
from data.sample_mail import sample_mail
from data.schema import Claim, Email, Label, Prediction, Received, StoreUnavailable
from data.settings import Settings
from data.store import Store
from model.classify.explain import top_words, word_weights
from model.labelling.queue import (
    ACTIVE_LEARNING,
    ACTIVE_LEARNING_EMAILS,
    DISPUTED,
    NEWEST,
    LabellingQueue,
    build_queue,
    probability_matrix,
)
from model.labelling.sampling import audited, people_wanted
from model.serving.fallback import FallbackClassifier
from model.training.learning_curve import most_confused_pair

MOST = 5_000
"""The latest emails, among which the next one is looked for."""

SECOND_LABEL_RATE = 3
"""How many times as often second labels are asked for as emails come that need one: so none waits for long."""

UNLIMITED_LABELLERS = 1_000
"""People who may label a disputed email."""

JUST_IN = 20
WORDS = 3
FRESH = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class LabellingRequest:
    """What a person wants to label next: the order, one of ORDERS, and for CATEGORY which one."""

    by: str
    order: str = ACTIVE_LEARNING
    category: str = ""


@dataclass(frozen=True, slots=True)
class AssignedEmail:
    """One email for one person; `hidden` where the model's opinion is not for their eyes."""

    id: str
    email: Email
    made: Prediction
    audit: bool
    hidden: bool


class Assigner:
    """What waits to be labelled, and who gets which of it; one for all who label on this server."""

    def __init__(
        self,
        standby: FallbackClassifier,
        store: Callable[[], Store],
        settings: Settings,
        clock: Callable[[], datetime] = now,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._standby, self._store, self._settings = standby, store, settings
        self._clock, self._chance = clock, chance
        self._hidden = [SOURCE_UPLOAD, *settings.private]
        self._waiting: LabellingQueue | None = None
        self._sorted: dict[str, Prediction] = {}
        self._made_at, self._version, self._taken, self._answered = clock(), "", 0, 0
        self._making = Lock()

    def take(self, wish: LabellingRequest, label: Label | None = None) -> AssignedEmail | None:
        """The next email for a person, leased to them; in the same transaction what they said before is kept.

        None where nothing is left for them. Raises StoreUnavailable: then nothing was kept.
        """
        claim = self._claim(wish)
        labels = self._store().labels
        id = labels.add_and_claim(label, claim) if label else labels.claim(claim)
        self._taken += 1
        self._answered += bool(label and label.kind == "label")
        return self.offer(id) if id else None

    @property
    def left(self) -> int:
        """How many emails lack answers."""
        return max(0, self.waiting().left - self._answered)

    def take_back(self, wish: LabellingRequest, undo: Label) -> AssignedEmail | None:
        """Keep an undoing, and give its person that email again, whoever else may have it."""
        at = self._clock()
        self._store().labels.add_and_claim(
            undo, Claim([(undo.email_id, UNLIMITED_LABELLERS)], wish.by, at, self._until(at))
        )
        self._answered -= 1
        return self.offer(undo.email_id) or self.take(wish)

    def offer(self, id: str) -> AssignedEmail | None:
        """That email, with what the model in use makes of it. Raises StoreUnavailable."""
        found = self._email(id)
        if not found:
            return None
        [made] = (self._standby.predict if self._standby.trained else self._standby.quick)([found.email])
        audit = audited(id, self._settings)
        return AssignedEmail(id, found.email, made, audit, audit or people_wanted(id, self._settings) > 1)

    def _email(self, id: str) -> Received | None:
        """As it is in the store, which may have forgotten it; while the store is away, as it was."""
        try:
            return self._store().email(id)
        except StoreUnavailable:
            if known := self._waiting and self._waiting.emails.get(id):
                return known
            raise

    def why(self, offer: AssignedEmail) -> dict[str, list[str]]:
        """The words that spoke most for each of the two likeliest categories; empty where nothing can say."""
        classifier = self._standby.author(offer.made)
        if not classifier:
            return {}
        text = offer.email.text
        found = {key: word_weights(text, key, classifier) for key in list(offer.made.scores)[:2]}
        return {key: [word for word, weight in top_words(text, one, WORDS) if weight > 0] for key, one in found.items()}

    def torn(self) -> tuple[str, str] | None:
        """The two categories between which the waiting mail is undecided most. Raises StoreUnavailable."""
        teaching, known = self.waiting().teaching, self._sorted
        made = [known[id] for id in teaching if id in known]
        return most_confused_pair(probability_matrix(made), sorted(made[0].scores)) if made else None

    def waiting(self) -> LabellingQueue:
        """What waits, made anew in the background when the model, the mail or the labels have moved on."""
        if self._waiting is None:
            self._make()
        elif self._stale and not self._making.locked():
            Thread(target=self._make_quietly, name="desk", daemon=True).start()
        return self._waiting

    def _claim(self, wish: LabellingRequest) -> Claim:
        audit = self._chance() < self._settings.audit_share
        second = self._chance() < SECOND_LABEL_RATE * self._settings.double_share
        ids = self.waiting().ids(wish.order, wish.category, audit, second)
        if wish.order == NEWEST:
            ids = [*self._just_in(), *ids]
        wanted = (
            (lambda _: UNLIMITED_LABELLERS)
            if wish.order == DISPUTED
            else (lambda id: people_wanted(id, self._settings))
        )
        at = self._clock()
        return Claim([(id, wanted(id)) for id in ids], wish.by, at, self._until(at))

    def _just_in(self) -> list[str]:
        """The emails that came in since the orders were made."""
        latest = self._store().received(JUST_IN, without=self._hidden)
        return [one.id for one in latest if one.id not in self._waiting.emails]

    def _until(self, at: datetime) -> datetime:
        return at + timedelta(minutes=self._settings.lease_minutes)

    @property
    def _stale(self) -> bool:
        old = self._clock() - self._made_at > FRESH
        return old or self._taken >= ACTIVE_LEARNING_EMAILS // 2 or self._version != self._standby.version

    def _make_quietly(self) -> None:
        try:
            self._make()
        except StoreUnavailable:
            self._made_at = self._clock()  # asked again later; until then the last order holds

    def _make(self) -> None:
        with self._making:
            store, version, at = self._store(), self._standby.version, self._clock()
            if version != self._version:
                self._sorted = {}
            if self._waiting is None:
                store.receive(sample_mail())
            wanted = {one.id: one for one in store.labels.wanted(MOST)}
            latest = store.received(MOST, without=self._hidden)
            received = [*wanted.values(), *(one for one in latest if one.id not in wanted)]
            self._waiting = build_queue(received, store.labels.answers(), self._sort, self._settings, list(wanted))
            self._version, self._made_at = version, at
            self._taken = self._answered = 0

    def _sort(self, received: Sequence[Received]) -> list[Prediction]:
        """What the quickest classifier makes of emails, each read once for each version of the model."""
        new = [one for one in received if one.id not in self._sorted]
        made = self._standby.quick([one.email for one in new])
        self._sorted.update((one.id, prediction) for one, prediction in zip(new, made, strict=True))
        return [self._sorted[one.id] for one in received]
