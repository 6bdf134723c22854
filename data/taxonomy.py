"""Reads taxonomy.toml and pressure.toml: categories, priority matrix and floors, as frozen objects."""

import hashlib
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from data.corpus import NO_CATEGORY
from data.working_hours import WorkingHours, parse_working_hours

TAXONOMY_FILE = Path(__file__).with_name("taxonomy.toml")
PRESSURE_FILE = "pressure.toml"
CATEGORY_LETTERS = "abdefghijklmnopqstuvwxyz"
"""Keys that can stand for a category while labelling: Streamlit uses c and r itself."""


@dataclass(frozen=True, slots=True)
class ServiceTarget:
    """Service targets of one priority: hours to the first answer and to the solution."""

    answer: float
    solve: float


@dataclass(frozen=True, slots=True)
class Category:
    """One category, with its texts for people and the keywords (`signs`) of the keyword rules.

    `targets` are by priority; `letter` is the key that labellers press, "" for a category that is not in the file;
    `automatic` marks the category for auto-generated mail.
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
    """The priority matrix: `matrix[urgency][impact]` is the priority.

    `customers[level]` is the least number of affected customers for that impact.
    """

    levels: tuple[str, ...]
    impact: dict[str, str]
    urgency: dict[str, str]
    matrix: dict[str, dict[str, str]]
    customers: dict[str, int]

    @property
    def middle(self) -> str:
        """The middle level, for emails about which nothing is known."""
        return self.levels[len(self.levels) // 2]


@dataclass(frozen=True, slots=True)
class Pressure:
    """Wording that asks for urgency without facts: phrases to remove, and (subject, before, after) to train with."""

    phrases: tuple[str, ...]
    sentences: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Floors:
    """Words that raise a priority: of legal matters, and of an outage for several people without a workaround."""

    legal_priority: str
    legal_reason: str
    legal_words: tuple[str, ...]
    outage_reason: str
    outage_down: tuple[str, ...]
    outage_several: tuple[str, ...]
    outage_workaround: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """Categories, priorities, floors and hours. `sha256` is the fingerprint of the two files.

    `nowhere` is the category of emails that fit no other; `team_hours` are of teams that do not keep the desk's.
    """

    categories: dict[str, Category]
    nowhere: Category
    tie_breaks: tuple[str, ...]
    priorities: Priorities
    pressure: Pressure
    floors: Floors
    desk_hours: WorkingHours
    team_hours: dict[str, WorkingHours]
    sha256: str

    def category(self, key: str) -> Category:
        """The category of a key; a key that is not in the file gets a category named after it."""
        if key == NO_CATEGORY:
            return self.nowhere
        return self.categories.get(key) or _undefined_category(key, next(iter(self.categories.values())).targets)

    def working_hours(self, team: str) -> WorkingHours:
        """The hours of a team, which are the desk's unless it has its own."""
        return self.team_hours.get(team, self.desk_hours)

    @property
    def automatic(self) -> Category | None:
        """The category for auto-generated mail, if there is one."""
        return next((category for category in self.categories.values() if category.automatic), None)

    @property
    def choices(self) -> dict[str, Category]:
        """All categories that a person can choose, by key: those of the file and "none of them"."""
        return {**self.categories, NO_CATEGORY: self.nowhere}


def read_taxonomy(path: Path = TAXONOMY_FILE) -> Taxonomy:
    """Reads a taxonomy file and the pressure file beside it. Raises ValueError that names what is missing."""
    raw, raw_pressure = path.read_bytes(), path.with_name(PRESSURE_FILE).read_bytes()
    table, pressure = tomllib.loads(raw.decode()), tomllib.loads(raw_pressure.decode())
    try:
        categories = {c["key"]: _category(c, table["service"]) for c in table["category"]}
        nowhere = _undefined_category(NO_CATEGORY, next(iter(categories.values())).targets)
        nowhere = replace(nowhere, **{k: tuple(v) if isinstance(v, list) else v for k, v in table["nowhere"].items()})
        _check_letters([*categories.values(), nowhere])
        desk_hours = parse_working_hours(table["hours"], "hours")
        return Taxonomy(
            categories=categories,
            nowhere=nowhere,
            tie_breaks=tuple(table["tie_breaks"]),
            priorities=_priorities(table["priority"]),
            pressure=_pressure(pressure),
            floors=_floors(table["floors"]),
            desk_hours=desk_hours,
            team_hours=_team_hours(table["hours"].get("teams", {}), desk_hours),
            sha256=hashlib.sha256(raw + raw_pressure).hexdigest(),
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
    for category in categories:
        key, letter = category.key, category.letter
        if letter not in CATEGORY_LETTERS or len(letter) != 1:
            raise ValueError(f"The letter of {key} is {letter!r}: give it one of {', '.join(CATEGORY_LETTERS)}.")
        if letter in taken:
            raise ValueError(f"{taken[letter]} and {key} share the letter {letter}: change one of them.")
        taken[letter] = key


def _undefined_category(key: str, targets: dict[str, ServiceTarget]) -> Category:
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


def _team_hours(teams: dict[str, Any], desk_hours: WorkingHours) -> dict[str, WorkingHours]:
    return {team: parse_working_hours(table, f"hours.teams.{team}", desk_hours) for team, table in teams.items()}


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
