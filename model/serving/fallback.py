"""A classifier that always answers: by the trained model, else a retrained one, else keyword rules, else a person."""

import logging
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

from data.clock import now
from data.model_records import SHIPPED
from data.schema import Email, Prediction, StoreUnavailable
from data.settings import VAR, Settings
from data.taxonomy import Taxonomy
from model.classify.decision import ask_person
from model.classify.encoder import Encoder, EncoderUnavailable, encoder_sha256
from model.classify.keyword_rules import KeywordRules
from model.confidence.limits import Limits, limits_of
from model.priority.calendar import is_open
from model.serving import artifact
from model.serving.atomic_write import NotSaved
from model.serving.manifest import Manifest, ModelUnfit
from model.serving.retrain import train_in_subprocess

if TYPE_CHECKING:
    from data.store import Store
    from model.classify.classifier import Classifier

FOLLOW_SECONDS = 3
"""Seconds between two looks at which model is promoted."""

log = logging.getLogger(__name__)


def _error_sentence(error: Exception) -> str:
    """The message of an error that is written for users, and a general one for any other."""
    return str(error) if isinstance(error, ModelUnfit | NotSaved) else "Something unexpected happened, see the log."


def encoder_for(manifest: Manifest) -> Encoder | None:
    """The encoder of a model's second opinion; None where it has none, or the same encoder can't be had here."""
    if not manifest.second_opinion:
        return None
    if manifest.encoder_sha256 != encoder_sha256():
        log.warning("No second opinion: model %s was trained with another encoder. Train again.", manifest.version)
        return None
    try:
        return Encoder()
    except EncoderUnavailable as error:
        log.warning("No second opinion: %s", error)
        return None


class FallbackClassifier:
    """Predicts by the best classifier available: `name` is which one, `why` the reason if it is not the best."""

    def __init__(
        self,
        settings: Settings,
        taxonomy: Taxonomy,
        train: Callable[[Path], None] = train_in_subprocess,
        store: Callable[[], "Store"] | None = None,
    ) -> None:
        self._settings = settings
        self.taxonomy = taxonomy
        self.limits = limits_of(settings)
        self._rules = KeywordRules(taxonomy, self.limits)
        self._train = train
        self._store = store
        self._starting = threading.Lock()
        self._deadline: float | None = None
        self._ready = threading.Event()
        self.trained: Classifier | None = None
        self.manifest: Manifest | None = None
        self.folder = settings.model_dir
        self.why = "The model is still being prepared."
        self._promoted_version: str | None = SHIPPED

    @property
    def name(self) -> str:
        """The name of the classifier that predicts now."""
        return self.trained.name if self.trained else "keyword rules"

    @property
    def version(self) -> str:
        """The version of the classifier that predicts now."""
        return self.trained.version if self.trained else self._rules.version

    @property
    def ready(self) -> bool:
        """Whether loading (or training) the model has ended, successfully or not."""
        return self._ready.is_set()

    def model_of(self, prediction: Prediction) -> "Classifier | None":
        """The model that made a prediction, to explain it; None if it is not in use any more."""
        return self.trained if self.trained and self.trained.version == prediction.model_version else None

    def prepare_in_background(self) -> None:
        """Start to load (or train) the model, once, and return at once."""
        with self._starting:
            if self._deadline is None:
                self._deadline = monotonic() + self._settings.wait_seconds
                threading.Thread(target=self._prepare, name="model", daemon=True).start()

    def prepare(self) -> None:
        """Load (or train) the model; return when that has ended, or `wait_seconds` after it was first asked for."""
        self.prepare_in_background()
        self._ready.wait(max(0, self._deadline - monotonic()))

    def predict(self, emails: Sequence[Email], limits: Limits | None = None) -> list[Prediction]:
        """One prediction an email, by the best classifier that does not fail; the last resort is to ask a person."""
        self.prepare()
        without_second_opinion = self.trained and self.trained.alone()
        for classifier in filter(None, (self.trained, without_second_opinion, self._rules)):
            try:
                return classifier.predict(emails, limits)
            except Exception:
                log.exception("%s failed on %d emails", type(classifier).__name__, len(emails))
        return ask_person(emails, self.taxonomy, "No classifier could read it.")

    def predict_fast(self, emails: Sequence[Email]) -> list[Prediction]:
        """Predictions by the fastest classifier available now, without waiting for a model or a second opinion."""
        trained = self.trained
        return ((trained.alone() or trained) if trained else self._rules).predict(emails)

    def follow_promotion(self) -> None:
        """Switch to the promoted model, if it is another one than before; if it is unfit, the model in use stays."""
        try:
            version = self._store().models.in_force()
        except Exception as error:
            log.debug("Which model is wanted is asked again soon: %s", error)
            return
        if version == self._promoted_version:
            return
        try:
            self._put_to_use(*self._promoted(version) if version else self._shipped())
            self._promoted_version = version
            log.info("Model %s is in use", self.manifest.version)
        except StoreUnavailable as error:
            log.debug("The model that is wanted is asked for again soon: %s", error)
        except Exception as error:
            self._promoted_version = None if isinstance(error, NotSaved) else version  # the disk may have room later
            self.why = f"The promoted model cannot be used, so the one before stays. {_error_sentence(error)}"
            log.warning("%s", self.why)

    def _prepare(self) -> None:
        is_open(now(), self.taxonomy.desk_hours)  # reads the calendar of holidays, which takes a second
        try:
            self._load_or_train()
        except Exception as error:
            self.why = _error_sentence(error)
            log.warning("No trained model, keyword rules answer: %s", error)
        finally:
            if self._store:
                self.follow_promotion()
            self._ready.set()
        while self._store:
            sleep(FOLLOW_SECONDS)
            self.follow_promotion()

    def _load_or_train(self) -> None:
        try:
            self._put_to_use(*self._shipped())
        except ModelUnfit as error:
            log.warning("%s Training from the corpus now.", error)
            self.why = f"{error} It is being trained from the corpus now, which takes some seconds."
            self._train(self._settings.model_dir)
            self._put_to_use(*self._shipped(), name="the retrained model")

    def _shipped(self) -> tuple[Path, "Classifier", Manifest]:
        folder = self._settings.model_dir
        return folder, *artifact.load_model(folder, self.taxonomy)

    def _promoted(self, version: str) -> tuple[Path, "Classifier", Manifest]:
        """The model of that version from the store, installed in a folder and verified like the shipped one."""
        folder = self._promoted_folder / version
        stored = self._store().models.get(version)
        if not stored:
            raise ModelUnfit(f"Model {version} is not in the store: promote another one.")
        artifact.install_model(folder, stored.manifest, stored.files)
        return folder, *artifact.load_model(folder, self.taxonomy)

    @property
    def _promoted_folder(self) -> Path:
        """Beside the shipped model, or in `data/var` where that is read-only."""
        folder = self._settings.model_dir.with_name("promoted")
        return folder if os.access(folder.parent, os.W_OK) else VAR / folder.name

    def _put_to_use(
        self, folder: Path, loaded: "Classifier", manifest: Manifest, name: str = "the trained model"
    ) -> None:
        loaded.read(["The first reading takes longest."])
        self.folder, self.manifest = folder, manifest
        self.trained = loaded.put_to_use(self.limits, name, encoder_for(manifest))
        self.why = ""
