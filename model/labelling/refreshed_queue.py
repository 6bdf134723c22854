"""The labelling queue of one server, rebuilt in the background when the model, the mail or the labels have changed."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from threading import Lock, Thread

from data.provenance import SOURCE_UPLOAD
from data.sample_mail import sample_mail
from data.schema import Prediction, Received, StoreUnavailable
from data.settings import Settings
from data.store import Store
from model.labelling.active_learning import most_confused_pair
from model.labelling.queue import ACTIVE_LEARNING_EMAILS, LabellingQueue, build_queue, probability_matrix
from model.serving.fallback import FallbackClassifier

MAX_QUEUED_EMAILS = 5_000
"""The latest emails, which are all that is queued."""

MAX_JUST_ARRIVED = 20
REBUILD_AFTER = timedelta(seconds=20)
REBUILD_AFTER_ASSIGNED = ACTIVE_LEARNING_EMAILS // 2


class RefreshedQueue:
    """Builds the queue at the first use, and again in the background when it is stale."""

    def __init__(
        self,
        classifier: FallbackClassifier,
        store: Callable[[], Store],
        settings: Settings,
        clock: Callable[[], datetime],
    ) -> None:
        self._classifier, self._store, self._settings, self._clock = classifier, store, settings, clock
        self._hidden_sources = [SOURCE_UPLOAD, *settings.private_sources]
        self._queue: LabellingQueue | None = None
        self._predictions: dict[str, Prediction] = {}
        self._built_at, self._model_version = clock(), ""
        self._assigned = self._labelled = 0
        self._building = Lock()

    def current(self) -> LabellingQueue:
        """The latest queue that was built. Raises StoreUnavailable where none was."""
        if self._queue is None:
            self.build()
        elif self._stale and not self._building.locked():
            Thread(target=self._build_if_possible, name="labelling queue", daemon=True).start()
        return self._queue

    def count(self, assigned: int = 0, labelled: int = 0) -> None:
        """Count what was assigned and labelled since the queue was built; negative where it was undone."""
        self._assigned += assigned
        self._labelled += labelled

    @property
    def left(self) -> int:
        """How many emails lack labels."""
        return max(0, self.current().left - self._labelled)

    def email(self, id: str) -> Received | None:
        """An email as it was when the queue was built."""
        return self._queue.emails.get(id) if self._queue else None

    def just_arrived(self) -> list[str]:
        """Ids of the emails that arrived since the queue was built, the latest first. Raises StoreUnavailable."""
        known = self.current().emails
        latest = self._store().received(MAX_JUST_ARRIVED, without=self._hidden_sources)
        return [one.id for one in latest if one.id not in known]

    def most_confused_pair(self) -> tuple[str, str] | None:
        """The two categories that the model confuses most on the queued emails. Raises StoreUnavailable."""
        teaching, known = self.current().teaching, self._predictions
        predictions = [known[id] for id in teaching if id in known]
        if not predictions:
            return None
        return most_confused_pair(probability_matrix(predictions), sorted(predictions[0].scores))

    def build(self) -> None:
        """Build the queue from the store. Raises StoreUnavailable."""
        with self._building:
            store, version, at = self._store(), self._classifier.version, self._clock()
            if version != self._model_version:
                self._predictions = {}
            if self._queue is None:
                store.receive(sample_mail())
            sent = {one.id: one for one in store.labels.requested_emails(MAX_QUEUED_EMAILS)}
            latest = store.received(MAX_QUEUED_EMAILS, without=self._hidden_sources)
            received = [*sent.values(), *(one for one in latest if one.id not in sent)]
            self._queue = build_queue(
                received, store.labels.current_labels(), self._predict, self._settings, list(sent)
            )
            self._model_version, self._built_at = version, at
            self._assigned = self._labelled = 0

    @property
    def _stale(self) -> bool:
        old = self._clock() - self._built_at > REBUILD_AFTER
        return old or self._assigned >= REBUILD_AFTER_ASSIGNED or self._model_version != self._classifier.version

    def _build_if_possible(self) -> None:
        try:
            self.build()
        except StoreUnavailable:
            self._built_at = self._clock()  # tried again later; until then the last queue serves

    def _predict(self, received: Sequence[Received]) -> list[Prediction]:
        """Predictions by the quickest classifier, one for each email and version of the model."""
        new = [one for one in received if one.id not in self._predictions]
        predictions = self._classifier.predict_fast([one.email for one in new])
        self._predictions.update((one.id, made) for one, made in zip(new, predictions, strict=True))
        return [self._predictions[one.id] for one in received]
