"""Finds where the history in a mail begins: attributions, separators, header blocks, quoted lines."""

from collections.abc import Sequence
from dataclasses import dataclass

from data.intake import patterns
from data.intake.line_kinds import BODY, FORWARDED, QUOTED

HISTORY_HEAD, HISTORY_REST = "head", "rest"
ATTRIBUTION_LINES = 4
"""Lines that an attribution may be wrapped over."""
HEADER_BLOCK_LINES = 16
"""Lines that a header block may have."""
_WIDTH = 300
"""Characters of a line that are looked at."""


@dataclass(frozen=True, slots=True)
class QuotedHistory:
    """The place of each line: body, quoted, or the head and rest of an older mail, which is quoted or forwarded."""

    places: list[str]
    kind: str = QUOTED


def find_quoted_history(lines: Sequence[str], forwards: bool) -> QuotedHistory:
    """Marks lines from the top; below a head that is followed by unmarked text, all is history."""
    places: list[str] = []
    kind = FORWARDED if forwards else QUOTED
    while (at := len(places)) < len(lines):
        line = lines[at][:_WIDTH]
        if patterns.FORWARD_SEPARATOR.match(line):
            kind = FORWARDED
        head = 0 if _is_form(line, places, lines, forwards) else _head(lines, at, line)
        if head and not _is_attribution(head, lines, at):
            return QuotedHistory(places + [HISTORY_HEAD] * head + [HISTORY_REST] * (len(lines) - at - head), kind)
        if head:
            places += [HISTORY_HEAD] * head
        else:
            places.append(QUOTED if patterns.QUOTED_LINE.match(line) else BODY)
    return QuotedHistory(places, kind)


def _is_form(line: str, places: Sequence[str], lines: Sequence[str], forwards: bool) -> bool:
    """Whether a From, Date, Subject block on top of all text is one that a contact form writes: no history."""
    nothing_above = not any(lines[i].strip() for i in range(min(len(places), HEADER_BLOCK_LINES)))
    return nothing_above and not forwards and patterns.HEADER_LINE.match(line) is not None


def _head(lines: Sequence[str], at: int, line: str) -> int:
    """How many lines of a head begin here: 0 for none."""
    if not line.strip():
        return 0
    if patterns.FORWARD_SEPARATOR.match(line) or patterns.REPLY_SEPARATOR.match(line):
        return 1 + header_block_length(lines, at + 1, least=1)
    if patterns.RULE_LINE.match(line):
        found = header_block_length(lines, at + 1)
        return found and 1 + found
    if patterns.HEADER_LINE.match(line) and not patterns.QUOTED_LINE.match(line):
        return header_block_length(lines, at)
    return 0 if patterns.QUOTED_LINE.match(line) else attribution_length(lines, at)


def _is_attribution(head: int, lines: Sequence[str], at: int) -> bool:
    """Whether quoted lines follow it, between which its reader may have answered."""
    if attribution_length(lines, at) != head:
        return False
    return _quoted_next(lines, at + head)


def attribution_length(lines: Sequence[str], at: int) -> int:
    """Lines of an “On Monday Ann wrote:” that begins here; undated ones only count above quoted lines."""
    text = ""
    opens = patterns.ATTRIBUTION_START.match(lines[at][:_WIDTH].lstrip("* ")) is not None
    for count in range(1, (ATTRIBUTION_LINES if opens else 2) + 1):
        if not _wraps(lines, at, count):
            return 0
        line = lines[at + count - 1][:_WIDTH].strip(" *")
        text = f"{text} {line}".strip()
        if patterns.DATED_ATTRIBUTION.match(text):
            return count
        if (opens or line.endswith(":")) and patterns.ATTRIBUTION_END.search(text[-_WIDTH:]):
            dated = patterns.ATTRIBUTION_DATE.search(text[:_WIDTH]) and any(map(str.isdigit, text[:_WIDTH]))
            certain = opens and dated and line.endswith(":")
            if certain or ((count == 1 or dated) and _quoted_next(lines, at + count)):
                return count
    return 0


def _wraps(lines: Sequence[str], at: int, count: int) -> bool:
    """Whether the line at the end of so many can belong to one attribution."""
    if at + count > len(lines) or not lines[at + count - 1].strip():
        return False
    return count == 1 or not (
        patterns.QUOTED_LINE.match(lines[at + count - 1]) or lines[at + count - 2].rstrip().endswith((".", "!", "?"))
    )


def header_block_length(lines: Sequence[str], at: int, least: int = 3) -> int:
    """Lines of a From, Sent, To, Subject block that begins here; 0 where it has fewer than `least` kinds of them."""
    kinds, end, loose = set(), at, 0
    for i in range(at, min(at + HEADER_BLOCK_LINES, len(lines))):
        header = patterns.HEADER_LINE.match(lines[i][:_WIDTH])
        if header:
            kinds.add(header.lastgroup)
            end, loose = i + 1, 0
        elif loose == 2 or (kinds and lines[i].strip() and not _continues(lines[i], loose)):
            break
        else:
            loose += 1
    enough = len(kinds) >= least and (least == 1 or {"from"} < kinds)
    return end - at if enough else 0


def _continues(line: str, loose: int) -> bool:
    """Whether a line may be the end of a long list of addresses above it."""
    return not loose and "@" in line[:_WIDTH] and len(line) < _WIDTH


def _quoted_next(lines: Sequence[str], at: int) -> bool:
    for i in range(at, min(at + 3, len(lines))):
        if lines[i].strip():
            return patterns.QUOTED_LINE.match(lines[i][:_WIDTH]) is not None
    return False
