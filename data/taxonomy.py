"""Reads `taxonomy.toml`: the categories, the priority matrix and the floors, as frozen objects."""

import hashlib
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from data.corpus import NO_CATEGORY

TAXONOMY_FILE = Path(__file__).with_name("taxonomy.toml")
PRESSURE_FILE = "pressure.toml"
CATEGORY_LETTERS = "abdefghijklmnopqstuvwxyz"
"""The keys that labellers can press for a category: Streamlit keeps c and r."""


@dataclass(frozen=True, slots=True)
class ServiceTarget:
    """Hours to the first answer and to the solution."""

    answer: float
    solve: float


@dataclass(frozen=True, slots=True)
class Category:
    """One place an email can go, with the words that describe it to people and the signs that rules look for.

    `letter` is the key that labellers press, "" for a category of somebody else's; `automatic` tells that mail which a
    machine sent goes here.
    """

    key: str
    name: str
    team: str
    definition: str
    examples: tuple[str, ...]
    tie_breaks: tuple[str, ...]
    signs: tuple[str, ...]
    targets: dict[str, ServiceTarget]
    letter: str = ""
    floor: str | None = None
    floor_on_outage: str | None = None
    needs_answer: bool = True
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class Priorities:
    """Impact x urgency: `matrix[urgency][impact]` is the priority; `customers[level]` the least count for an impact."""

    levels: tuple[str, ...]
    impact: dict[str, str]
    urgency: dict[str, str]
    matrix: dict[str, dict[str, str]]
    customers: dict[str, int]

    @property
    def middle(self) -> str:
        """The level of what nothing is known about."""
        return self.levels[len(self.levels) // 2]


@dataclass(frozen=True, slots=True)
class Pressure:
    """Typed pressure: phrases that are taken out of a text, and (subject, before, after) to train against."""

    phrases: tuple[str, ...]
    sentences: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Floors:
    """What lifts a priority by its facts: words of a legal matter, and of an outage for several without a way round."""

    legal_priority: str
    legal_reason: str
    legal_words: tuple[str, ...]
    outage_reason: str
    outage_down: tuple[str, ...]
    outage_several: tuple[str, ...]
    outage_workaround: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """All that is known before anything is learnt. `sha256` is the fingerprint of the files it was read from.

    `nowhere` is what people say of an email that fits no category.
    """

    categories: dict[str, Category]
    nowhere: Category
    tie_breaks: tuple[str, ...]
    priorities: Priorities
    pressure: Pressure
    floors: Floors
    sha256: str

    def category(self, key: str) -> Category:
        """The category of a key; one that is not in the file (from somebody's own data) is named after its key."""
        if key == NO_CATEGORY:
            return self.nowhere
        return self.categories.get(key) or _unknown(key, next(iter(self.categories.values())).targets)

    @property
    def automatic(self) -> Category | None:
        """Where mail goes that a machine sent, if there is such a category."""
        return next((one for one in self.categories.values() if one.automatic), None)

    @property
    def choices(self) -> dict[str, Category]:
        """All that a person can say of an email, by key: the categories, and none of them."""
        return {**self.categories, NO_CATEGORY: self.nowhere}


def read_taxonomy(path: Path = TAXONOMY_FILE) -> Taxonomy:
    """Read a taxonomy file, and the pressure file beside it. Raises ValueError that names what is missing."""
    raw, loud = path.read_bytes(), path.with_name(PRESSURE_FILE).read_bytes()
    table, pressure = tomllib.loads(raw.decode()), tomllib.loads(loud.decode())
    try:
        categories = {c["key"]: _category(c, table["service"]) for c in table["category"]}
        nowhere = _unknown(NO_CATEGORY, next(iter(categories.values())).targets)
        nowhere = replace(nowhere, **{k: tuple(v) if isinstance(v, list) else v for k, v in table["nowhere"].items()})
        _check_letters([*categories.values(), nowhere])
        return Taxonomy(
            categories=categories,
            nowhere=nowhere,
            tie_breaks=tuple(table["tie_breaks"]),
            priorities=_priorities(table["priority"]),
            pressure=_pressure(pressure),
            floors=_floors(table["floors"]),
            sha256=hashlib.sha256(raw + loud).hexdigest(),
        )
    except KeyError as error:
        raise ValueError(f"{path.name}: {error.args[0]!r} is missing.") from error


def _category(c: dict[str, Any], services: dict[str, Any]) -> Category:
    optional = {k: c[k] for k in ("floor", "floor_on_outage", "needs_answer", "automatic") if k in c}
    lists = {k: tuple(c[k]) for k in ("examples", "tie_breaks", "signs")}
    targets = {p: ServiceTarget(**hours) for p, hours in services[c["service"]].items()}
    texts = {k: c[k] for k in ("key", "name", "team", "definition", "letter")}
    return Category(**texts, **lists, targets=targets, **optional)


def _check_letters(categories: list[Category]) -> None:
    taken: dict[str, str] = {}
    for one in categories:
        if one.letter not in CATEGORY_LETTERS or len(one.letter) != 1:
            raise ValueError(
                f"The letter of {one.key} is {one.letter!r}: give it one of {', '.join(CATEGORY_LETTERS)}."
            )
        if one.letter in taken:
            raise ValueError(f"{taken[one.letter]} and {one.key} share the letter {one.letter}: change one of them.")
        taken[one.letter] = one.key


def _unknown(key: str, targets: dict[str, ServiceTarget]) -> Category:
    name = key.replace("_", " ").capitalize()
    return Category(key, name, name, "", (), (), (), targets)


def _priorities(p: dict[str, Any]) -> Priorities:
    levels = tuple(p["levels"])
    return Priorities(
        levels=levels,
        impact=p["impact"],
        urgency=p["urgency"],
        matrix={urgency: dict(zip(levels, p["matrix"][urgency], strict=True)) for urgency in levels},
        customers=p["customers"],
    )


def _pressure(p: dict[str, Any]) -> Pressure:
    parts = ("subject", "before", "after")
    sentences = tuple(tuple(sentence.get(part, "") for part in parts) for sentence in p["sentence"])
    return Pressure(tuple(p["phrases"]), sentences)


def _floors(f: dict[str, Any]) -> Floors:
    legal, outage = f["legal"], f["outage"]
    return Floors(
        legal["priority"],
        legal["reason"],
        tuple(legal["words"]),
        outage["reason"],
        tuple(outage["down"]),
        tuple(outage["several"]),
        tuple(outage["workaround"]),
    )
