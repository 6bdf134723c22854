"""The best classifier that can be had: the trained model, else one retrained here, else rules, else a person."""

import logging
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

from data.model_records import SHIPPED
from data.schema import Email, Prediction, StoreUnavailable
from data.settings import VAR, Settings
from data.taxonomy import Taxonomy
from model.classify.decision import ask_person
from model.classify.encoder import Encoder, EncoderUnavailable, encoder_sha256
from model.classify.keyword_rules import KeywordRules
from model.confidence.limits import Limits, limits_of
from model.serving import artifact
from model.serving.atomic_write import NotSaved
from model.serving.manifest import Manifest, ModelUnfit
from model.serving.retrain import train_in_subprocess

if TYPE_CHECKING:
    from data.store import Store
    from model.classify.classifier import Classifier

FOLLOW_SECONDS = 3
"""How often each process looks which model people want."""

log = logging.getLogger(__name__)


def _told(error: Exception) -> str:
    """An error's sentence, where it was made to be read."""
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
    """Answers like a classifier, always, with the best one that is ready: see `name` and `why`."""

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
        self._followed: str | None = SHIPPED

    @property
    def name(self) -> str:
        """Who answers at present."""
        return self.trained.name if self.trained else "keyword rules"

    @property
    def version(self) -> str:
        """Of the model that answers at present."""
        return self.trained.version if self.trained else self._rules.version

    @property
    def settled(self) -> bool:
        """Whether it is known who answers: the model is there, or cannot be had."""
        return self._ready.is_set()

    def author(self, made: Prediction) -> "Classifier | None":
        """The trained model, if it is the one that made a decision, so that it can say why."""
        return self.trained if self.trained and self.trained.version == made.model_version else None

    def prepare_in_background(self) -> None:
        """Begin to load (or train) the model, once, and return at once."""
        with self._starting:
            if self._deadline is None:
                self._deadline = monotonic() + self._settings.wait_seconds
                threading.Thread(target=self._prepare, name="model", daemon=True).start()

    def prepare(self) -> None:
        """Load (or train) the model; come back when it is there, or `wait_seconds` after the first asked for it."""
        self.prepare_in_background()
        self._ready.wait(max(0, self._deadline - monotonic()))

    def predict(self, emails: Sequence[Email], limits: Limits | None = None) -> list[Prediction]:
        """One decision an email, from the best step that works; the last one cannot fail."""
        self.prepare()
        alone = self.trained and self.trained.alone()
        for step in filter(None, (self.trained, alone, self._rules)):
            try:
                return step.predict(emails, limits)
            except Exception:
                log.exception("%s failed on %d emails", type(step).__name__, len(emails))
        return ask_person(emails, self.taxonomy, "No classifier could read it.")

    def quick(self, emails: Sequence[Email]) -> list[Prediction]:
        """Decisions by the quickest classifier that is there now: no waiting, and no second opinion."""
        trained = self.trained
        return ((trained.alone() or trained) if trained else self._rules).predict(emails)

    def follow(self) -> None:
        """Put to use the model that people promoted, if it is another one than that in use; else leave it."""
        try:
            version = self._store().models.in_force()
        except Exception as error:
            log.debug("Which model is wanted is asked again soon: %s", error)
            return
        if version == self._followed:
            return
        try:
            self._put_to_use(*self._promoted(version) if version else self._shipped())
            self._followed = version
            log.info("Model %s is in use", self.manifest.version)
        except StoreUnavailable as error:
            log.debug("The model that is wanted is asked for again soon: %s", error)
        except Exception as error:
            self._followed = None if isinstance(error, NotSaved) else version  # a disk may take it later
            self.why = f"The promoted model cannot be used, so the one before stays. {_told(error)}"
            log.warning("%s", self.why)

    def _prepare(self) -> None:
        try:
            self._load_or_train()
        except Exception as error:
            self.why = _told(error)
            log.warning("No trained model, keyword rules answer: %s", error)
        finally:
            if self._store:
                self.follow()
            self._ready.set()
        while self._store:
            sleep(FOLLOW_SECONDS)
            self.follow()

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
        """The model of that version from the store, laid down beside the shipped one and checked like it."""
        folder = self._beside / version
        stored = self._store().models.get(version)
        if not stored:
            raise ModelUnfit(f"Model {version} is not in the store: promote another one.")
        artifact.install_model(folder, stored.manifest, stored.files)
        return folder, *artifact.load_model(folder, self.taxonomy)

    @property
    def _beside(self) -> Path:
        """Where promoted models are laid: beside the shipped one, or in `data/var` where that is part of an image."""
        beside = self._settings.model_dir.with_name("promoted")
        return beside if os.access(beside.parent, os.W_OK) else VAR / beside.name

    def _put_to_use(
        self, folder: Path, loaded: "Classifier", manifest: Manifest, name: str = "the trained model"
    ) -> None:
        loaded.read(["The first reading takes longest."])
        self.folder, self.manifest = folder, manifest
        self.trained = loaded.put_to_use(self.limits, name, encoder_for(manifest))
        self.why = ""
