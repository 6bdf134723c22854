"""Keyword rules from the taxonomy: a baseline, and the classifier that answers without a trained model."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import exp

from data.schema import Email, Prediction
from data.taxonomy import Taxonomy
from model.classify.decision import Reading, decide
from model.confidence.limits import Limits
from model.text.normalize import tokens, without_signature
from model.text.pressure import blank_pressure

RULES_NAME = "keyword rules"
SHORTLIST_LENGTH = 3
SIGN_WEIGHT = 1.2
"""Logit that one sign adds; with it the rules' confidence is about calibrated on our own corpus."""


@dataclass(frozen=True)
class KeywordRules:
    """A classifier that counts each category's signs; impact and urgency are always the middle level."""

    taxonomy: Taxonomy
    limits: Limits = field(default_factory=Limits)
    version: str = "rules"

    def predict(self, emails: Sequence[Email], limits: Limits | None = None) -> list[Prediction]:
        """One decision an email, in order, by these limits, or else its own."""
        limits = limits or self.limits
        return [decide(e, self.read(e.text), self.taxonomy, limits, RULES_NAME, self.version) for e in emails]

    def read(self, text: str) -> Reading:
        """Scores from the number of different signs of each category; novelty is 1 where there is none at all."""
        folded = blank_pressure(without_signature(text), self.taxonomy.pressure)
        signs = {key: len(set(pattern.findall(folded))) for key, pattern in self._patterns.items()}
        raw = {key: exp(SIGN_WEIGHT * count) for key, count in signs.items()}
        found = float(any(signs.values()))
        middle = self.taxonomy.priorities.middle
        return Reading(
            folded,
            {k: v / sum(raw.values()) for k, v in raw.items()},
            impact=middle,
            urgency=middle,
            length=len(tokens(folded)),
            known=found,
            novelty=1 - found,
            listed=SHORTLIST_LENGTH,
        )

    @cached_property
    def _patterns(self) -> dict[str, re.Pattern[str]]:
        return {
            key: re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(c.signs, key=len, reverse=True)))})\b")
            for key, c in self.taxonomy.categories.items()
        }
