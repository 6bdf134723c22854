"""Whether the machine decides or asks a person: the one rule, and the limits that are in force."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from data.clock import now
from data.schema import Threshold
from data.settings import Settings

if TYPE_CHECKING:
    import numpy as np

    from data.store import Store

MIN_WORDS = 3
"""Words that an email needs for a decision by the machine."""

Number = TypeVar("Number", float, "np.ndarray")


@dataclass(frozen=True, slots=True)
class Limits:
    """The machine decides from confidence `decide_above` on and below novelty `novelty`; otherwise a person does."""

    decide_above: float = 0.7
    novelty: float = 0.35

    def obstacles(self, confidence: Number, novelty: Number, words: Number = MIN_WORDS) -> dict[str, Number]:
        """By cause, the first one counts: whether it keeps the machine from deciding. Numbers, or arrays of n."""
        return {
            "no_words": words == 0,
            "unfamiliar": novelty >= self.novelty,
            "too_short": words < MIN_WORDS,
            "unsure": confidence < self.decide_above,
        }

    def decides(self, confidence: Number, novelty: Number, words: Number = MIN_WORDS) -> Number:
        """Whether nothing keeps the machine from deciding; by default the number of words does not."""
        no_words, unfamiliar, too_short, unsure = self.obstacles(confidence, novelty, words).values()
        return (no_words | unfamiliar | too_short | unsure) ^ True

    def with_threshold(self, decide_above: float) -> "Limits":
        """The same limits with another confidence threshold."""
        return replace(self, decide_above=decide_above)


def limits_of(settings: Settings) -> Limits:
    """The limits that hold until somebody sets the threshold for everybody."""
    return Limits(settings.decide_above, settings.novelty_limit)


def limits_in_force(store: "Store | None", default: Limits) -> Limits:
    """The default limits, with the threshold that somebody set last, if anybody did. Raises StoreUnavailable."""
    latest = store.thresholds(most=1) if store else []
    return default.with_threshold(latest[0].decide_above) if latest else default


def set_threshold(decide_above: float, by: str, store: "Store", clock: Callable[[], datetime] = now) -> Threshold:
    """Make a confidence threshold hold for everybody from now on; who set it is kept. Raises StoreUnavailable."""
    chosen = Threshold(decide_above, by, clock())
    store.set_threshold(chosen)
    return chosen
