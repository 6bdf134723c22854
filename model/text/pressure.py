"""Blanks out typed pressure ("URGENT!!!", capitals, threats), so that it does not raise an email's priority."""

import re
from collections import defaultdict
from functools import cache, lru_cache
from itertools import groupby
from random import Random

from data.taxonomy import Pressure
from model.text.normalize import fold_case

_PUNCTUATION = re.compile(r"[^\w\s']")
_WORD = re.compile(r"[^\W_](?:[^\W_]|'(?=[^\W_]))*")
_GAP = r"[\W_]+"


def blank_pressure(text: str, pressure: Pressure) -> str:
    """The text without capitals, punctuation and typed pressure, every other character in its place."""
    folded = _PUNCTUATION.sub(" ", fold_case(text).replace("’", "'"))
    begins = _beginnings(pressure.phrases)
    parts, kept = [], 0
    for word in _WORD.finditer(folded):
        pattern = begins(word.group())
        found = pattern and word.start() >= kept and pattern.match(folded, word.start())
        if found:
            parts += folded[kept : found.start()], " " * len(found.group())
            kept = found.end()
    return "".join(parts) + folded[kept:] if parts else folded


def add_pressure(subject: str, body: str, pressure: Pressure, random: Random) -> str:
    """An email's text with some typed pressure put around it."""
    tag, before, after = random.choice(pressure.sentences)
    return f"{tag} {subject}\n{before} {body} {after}"


@cache
def _beginnings(phrases: tuple[str, ...]):
    """A function from a word, however stretched, to the pattern of all phrases that begin with it, or None."""
    by_first = defaultdict(list)
    for phrase in sorted((_WORD.findall(phrase) for phrase in phrases), key=lambda words: -sum(map(len, words))):
        by_first[_squeezed(phrase[0])].append(_GAP.join(map(_stretched, phrase)))
    patterns = {first: re.compile(rf"(?:{'|'.join(dict.fromkeys(group))})(?!\w)") for first, group in by_first.items()}
    return lru_cache(2**14)(lambda word: patterns.get(_squeezed(word)))


def _squeezed(word: str) -> str:
    return "".join(letter for letter, _ in groupby(word))


def _stretched(word: str) -> str:
    return "".join(f"{re.escape(letter)}+" for letter, _ in groupby(word))
