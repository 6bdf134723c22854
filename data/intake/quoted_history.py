"""Finds quoted history in a mail by attributions, separators, header blocks and ">" lines."""

from collections.abc import Sequence
from dataclasses import dataclass

from data.intake import patterns
from data.intake.line_kinds import BODY, FORWARDED, QUOTED

HISTORY_HEAD, HISTORY_REST = "head", "rest"
ATTRIBUTION_LINES = 4
"""Lines over which an attribution may be wrapped."""
HEADER_BLOCK_LINES = 16
"""Most lines of a header block."""
_WIDTH = 300
"""Characters of a line that are matched."""


@dataclass(frozen=True, slots=True)
class QuotedHistory:
    """The place of each line: BODY, QUOTED, HISTORY_HEAD or HISTORY_REST; `kind` tells if the history is forwarded."""

    places: list[str]
    kind: str = QUOTED


def find_quoted_history(lines: Sequence[str], forwards: bool) -> QuotedHistory:
    """Places lines from the top; below a head that no ">" lines follow, all lines are history."""
    places: list[str] = []
    kind = FORWARDED if forwards else QUOTED
    while (at := len(places)) < len(lines):
        line = lines[at][:_WIDTH]
        if patterns.FORWARD_SEPARATOR.match(line):
            kind = FORWARDED
        head = 0 if _is_contact_form(line, places, lines, forwards) else _head_length(lines, at, line)
        if head and not _is_above_quotes(head, lines, at):
            return QuotedHistory(places + [HISTORY_HEAD] * head + [HISTORY_REST] * (len(lines) - at - head), kind)
        if head:
            places += [HISTORY_HEAD] * head
        else:
            places.append(QUOTED if patterns.QUOTED_LINE.match(line) else BODY)
    return QuotedHistory(places, kind)


def _is_contact_form(line: str, places: Sequence[str], lines: Sequence[str], forwards: bool) -> bool:
    """Whether a header line on top of all text belongs to a contact form, and not to quoted history."""
    nothing_above = not any(lines[i].strip() for i in range(min(len(places), HEADER_BLOCK_LINES)))
    return nothing_above and not forwards and patterns.HEADER_LINE.match(line) is not None


def _head_length(lines: Sequence[str], at: int, line: str) -> int:
    """Lines of the head of history that begins here, 0 where none does."""
    if not line.strip():
        return 0
    if patterns.FORWARD_SEPARATOR.match(line) or patterns.REPLY_SEPARATOR.match(line):
        return 1 + header_block_length(lines, at + 1, least=1)
    if patterns.RULE_LINE.match(line):
        length = header_block_length(lines, at + 1)
        return length and 1 + length
    if patterns.HEADER_LINE.match(line) and not patterns.QUOTED_LINE.match(line):
        return header_block_length(lines, at)
    return 0 if patterns.QUOTED_LINE.match(line) else attribution_length(lines, at)


def _is_above_quotes(head: int, lines: Sequence[str], at: int) -> bool:
    """Whether the head is an attribution above ">" lines, between which there may be answers."""
    if attribution_length(lines, at) != head:
        return False
    return _quoted_next(lines, at + head)


def attribution_length(lines: Sequence[str], at: int) -> int:
    """Lines of the “On Monday Ann wrote:” that begins here, else 0; undated ones count only above ">" lines."""
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
    """Whether the last of `count` lines can belong to the same attribution."""
    if at + count > len(lines) or not lines[at + count - 1].strip():
        return False
    return count == 1 or not (
        patterns.QUOTED_LINE.match(lines[at + count - 1]) or lines[at + count - 2].rstrip().endswith((".", "!", "?"))
    )


def header_block_length(lines: Sequence[str], at: int, least: int = 3) -> int:
    """Lines of the From, Sent, To, Subject block that begins here; 0 where it has fewer than `least` of these."""
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
    """Whether a line may continue a list of addresses above it."""
    return not loose and "@" in line[:_WIDTH] and len(line) < _WIDTH


def _quoted_next(lines: Sequence[str], at: int) -> bool:
    for i in range(at, min(at + 3, len(lines))):
        if lines[i].strip():
            return patterns.QUOTED_LINE.match(lines[i][:_WIDTH]) is not None
    return False
