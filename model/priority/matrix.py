"""How soon: impact x urgency, read from what is at stake and never from how loudly it is told."""

import re
from collections.abc import Sequence

from data.taxonomy import Category, Floors, Priorities, Taxonomy
from model.text.normalize import fold_case


def impact_of_customers(count: int | None, rules: Priorities) -> str:
    """The least impact that follows from the number of customers affected."""
    reached = [level for level, least in rules.customers.items() if (count or 0) >= least]
    return max(reached, key=rules.levels.index, default=rules.levels[0])


def priority_of(
    text: str, category: Category, impact: str, urgency: str, customers: int | None, taxonomy: Taxonomy
) -> tuple[str, str]:
    """The priority from the matrix, lifted to its floor, and the reason of the lift ("" when there is none).

    :param text: as it was read, without typed pressure, which lifts nothing.
    """
    usual = taxonomy.priorities.matrix[urgency][impact]
    floor, reason = min(_floors(fold_case(text), category, customers, taxonomy.floors), default=("P9", ""))
    return (floor, reason) if floor < usual else (usual, "")


def _floors(folded: str, category: Category, customers: int | None, floors: Floors) -> list[tuple[str, str]]:
    found = []
    if category.floor:
        found.append((category.floor, category.name.lower()))
    if _has(folded, floors.legal_words):
        found.append((floors.legal_priority, floors.legal_reason))
    if category.floor_on_outage and _is_outage(folded, customers, floors):
        found.append((category.floor_on_outage, floors.outage_reason))
    return found


def _is_outage(folded: str, customers: int | None, floors: Floors) -> bool:
    several = (customers or 0) > 1 or _has(folded, floors.outage_several)
    return several and _has(folded, floors.outage_down) and not _has(folded, floors.outage_workaround)


def _has(folded: str, words: Sequence[str]) -> bool:
    return any(re.search(rf"\b{re.escape(word)}\b", folded) for word in words)
