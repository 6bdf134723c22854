"""Parts what somebody wrote in a mail from what came along: history, signature, legal footer, forwarded headers.

Lines are the unit: each one goes into exactly one part, in order, and nothing is lost. When in doubt it is body.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from data.intake import quoted_history
from data.intake.line_kinds import BODY, FOOTER, FORWARDED, QUOTED, SIGNATURE
from data.intake.patterns import QUOTE_MARK
from data.intake.signatures import footer_lines, signature_lines

COVER_WORDS = 12
"""Words of a covering line, such as “please see below”: with no more of them it is the forwarded mail that asks."""
MAX_FORWARD_LEVELS = 5

_ONLY_FORWARDED = "It forwards a mail and says little else: the forwarded text is sorted on."
_ONLY_QUOTED = "It holds nothing but quoted text: that is sorted on."


@dataclass(frozen=True, slots=True)
class ReplyParts:
    """A text in its parts; `said` is a sentence where the body is not what its sender wrote."""

    body: str = ""
    quoted: str = ""
    signature: str = ""
    footer: str = ""
    forwarded: str = ""
    said: str = ""


def split_reply(text: str, forwards: bool = False) -> ReplyParts:
    """The parts of a text; `forwards` says that its subject is one of a forwarded mail. Linear in the text."""
    lines = text.split("\n")
    kinds = [BODY] * len(lines)
    said = _sort_out(lines, range(len(lines)), kinds, forwards)
    return ReplyParts(*_joined(lines, kinds), said)


def word_count(text: str) -> int:
    """How many there are, counted no further than needed."""
    return len(text[:2000].split())


def _sort_out(lines: list[str], span: Sequence[int], kinds: list[str], forwards: bool, level: int = 0) -> str:
    """Marks the lines of `span`, and once more within what was forwarded where the rest says little."""
    found = quoted_history.find_quoted_history([lines[i] for i in span], forwards)
    own = []
    for i, place in zip(span, found.places, strict=True):
        kinds[i] = found.kind if place in (quoted_history.HISTORY_HEAD, quoted_history.HISTORY_REST) else place
        if kinds[i] == BODY:
            own.append(i)
    _mark_endings(lines, own, kinds)
    count = word_count(" ".join(lines[i] for i in own if kinds[i] == BODY))
    inner = [i for i, place in zip(span, found.places, strict=True) if place in (quoted_history.HISTORY_REST, QUOTED)]
    is_forward = found.kind == FORWARDED
    is_empty = not any(lines[i].replace(">", "").strip() for i in inner)
    if is_empty or count > (COVER_WORDS if is_forward else 0) or level == MAX_FORWARD_LEVELS:
        _restore(own if any(lines[i].strip() for i in own) else span, kinds, count)
        return ""
    _unquote(lines, inner)
    _sort_out(lines, inner, kinds, is_forward and quoted_history.HISTORY_HEAD not in found.places, level + 1)
    return _ONLY_FORWARDED if is_forward else _ONLY_QUOTED


def _mark_endings(lines: list[str], own: Sequence[int], kinds: list[str]) -> None:
    for run in _runs(own):
        for i in footer_lines([lines[k] for k in run]):
            kinds[run[i]] = FOOTER
        left = [i for i in run if kinds[i] == BODY and lines[i].strip()]
        for i in signature_lines([lines[k] for k in left]):
            kinds[left[i]] = SIGNATURE


def _restore(own: Sequence[int], kinds: list[str], count: int) -> None:
    """A mail that is nothing but footer, or a head without a mail below it, is sorted on that."""
    if not count:
        for i in own:
            kinds[i] = BODY


def _unquote(lines: list[str], inner: Sequence[int]) -> None:
    """One level of quoting less, where all of it is quoted."""
    if all(QUOTE_MARK.match(lines[i]) for i in inner if lines[i].strip()):
        for i in inner:
            lines[i] = QUOTE_MARK.sub("", lines[i], count=1)


def _runs(own: Sequence[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for i in own:
        if runs and runs[-1][-1] == i - 1:
            runs[-1].append(i)
        else:
            runs.append([i])
    return runs


def _joined(lines: list[str], kinds: list[str]) -> list[str]:
    """Body, quoted, signature, footer, forwarded; a blank line stays with the line before it."""
    parts: dict[str, list[str]] = {kind: [] for kind in (BODY, QUOTED, SIGNATURE, FOOTER, FORWARDED)}
    last = BODY
    for line, kind in zip(lines, kinds, strict=True):
        last = kind if line.strip() else last
        if line.strip() or (parts[last] and parts[last][-1]):
            parts[last].append(line.rstrip())
    return ["\n".join(part).strip("\n") for part in parts.values()]
