"""Priority by the matrix of impact and urgency, with floors; typed pressure does not count."""

import re
from collections.abc import Sequence

from data.taxonomy import Category, Floors, Priorities, Taxonomy
from model.text.normalize import fold_case


def impact_of_customers(count: int | None, priorities: Priorities) -> str:
    """The lowest impact that the number of affected customers allows."""
    reached = [level for level, least in priorities.customers.items() if (count or 0) >= least]
    return max(reached, key=priorities.levels.index, default=priorities.levels[0])


def priority_of(
    text: str, category: Category, impact: str, urgency: str, customers: int | None, taxonomy: Taxonomy
) -> tuple[str, str]:
    """The priority by the matrix or the floor, whichever is more urgent; and the reason of the floor, "" without it.

    :param text: with typed pressure blanked.
    """
    by_matrix = taxonomy.priorities.matrix[urgency][impact]
    floor, reason = min(_floors(fold_case(text), category, customers, taxonomy.floors), default=("P9", ""))
    return (floor, reason) if floor < by_matrix else (by_matrix, "")


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
