"""Splits a mail's text into the sender's own words, quoted history, signature, legal footer and forwarded text.

Each line goes into exactly one part, in order, and none is lost. When in doubt it is body.
Ours rather than a library such as email-reply-parser: eight languages, HTML quotes, and linear time on hostile mail.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from data.intake import quoted_history
from data.intake.line_kinds import BODY, FOOTER, FORWARDED, QUOTED, SIGNATURE
from data.intake.patterns import QUOTE_MARK
from data.intake.signatures import footer_lines, signature_lines

COVER_WORDS = 12
"""Words of a covering line such as “please see below”, up to which the forwarded text becomes the body."""
MAX_FORWARD_LEVELS = 5
"""Forwarded mails within each other that are looked into."""

_ONLY_FORWARDED = "It forwards a mail and says little else: the forwarded text is sorted on."
_ONLY_QUOTED = "It holds nothing but quoted text: that is sorted on."


@dataclass(frozen=True, slots=True)
class ReplyParts:
    """A text in its parts; `note` is a sentence where the body is not in the sender's own words, else ""."""

    body: str = ""
    quoted: str = ""
    signature: str = ""
    footer: str = ""
    forwarded: str = ""
    note: str = ""


def split_reply(text: str, forwards: bool = False) -> ReplyParts:
    """The parts of a text, in linear time; `forwards` tells that the subject is that of a forwarded mail."""
    lines = text.split("\n")
    kinds = [BODY] * len(lines)
    note = _classify_lines(lines, range(len(lines)), kinds, forwards)
    return ReplyParts(*_join_parts(lines, kinds), note)


def word_count(text: str) -> int:
    """The number of words in the first 2,000 characters."""
    return len(text[:2000].split())


def _classify_lines(lines: list[str], span: Sequence[int], kinds: list[str], forwards: bool, level: int = 0) -> str:
    """Sets the kind of each line of `span`, and again within forwarded or quoted text where there is little else.

    Returns the note for `ReplyParts`.
    """
    history = quoted_history.find_quoted_history([lines[i] for i in span], forwards)
    own = []
    for i, place in zip(span, history.places, strict=True):
        kinds[i] = history.kind if place in (quoted_history.HISTORY_HEAD, quoted_history.HISTORY_REST) else place
        if kinds[i] == BODY:
            own.append(i)
    _mark_endings(lines, own, kinds)
    count = word_count(" ".join(lines[i] for i in own if kinds[i] == BODY))
    inner = [i for i, place in zip(span, history.places, strict=True) if place in (quoted_history.HISTORY_REST, QUOTED)]
    is_forward = history.kind == FORWARDED
    is_empty = not any(lines[i].replace(">", "").strip() for i in inner)
    if is_empty or count > (COVER_WORDS if is_forward else 0) or level == MAX_FORWARD_LEVELS:
        _restore_body(own if any(lines[i].strip() for i in own) else span, kinds, count)
        return ""
    _unquote(lines, inner)
    _classify_lines(lines, inner, kinds, is_forward and quoted_history.HISTORY_HEAD not in history.places, level + 1)
    return _ONLY_FORWARDED if is_forward else _ONLY_QUOTED


def _mark_endings(lines: list[str], own: Sequence[int], kinds: list[str]) -> None:
    for run in _runs(own):
        for i in footer_lines([lines[k] for k in run]):
            kinds[run[i]] = FOOTER
        left = [i for i in run if kinds[i] == BODY and lines[i].strip()]
        for i in signature_lines([lines[k] for k in left]):
            kinds[left[i]] = SIGNATURE


def _restore_body(own: Sequence[int], kinds: list[str], count: int) -> None:
    """Makes all own lines body where none is: the mail is only a footer, or a head without text below it."""
    if not count:
        for i in own:
            kinds[i] = BODY


def _unquote(lines: list[str], inner: Sequence[int]) -> None:
    """Removes one level of ">", where all lines have it."""
    if all(QUOTE_MARK.match(lines[i]) for i in inner if lines[i].strip()):
        for i in inner:
            lines[i] = QUOTE_MARK.sub("", lines[i], count=1)


def _runs(own: Sequence[int]) -> list[list[int]]:
    """Runs of consecutive line numbers."""
    runs: list[list[int]] = []
    for i in own:
        if runs and runs[-1][-1] == i - 1:
            runs[-1].append(i)
        else:
            runs.append([i])
    return runs


def _join_parts(lines: list[str], kinds: list[str]) -> list[str]:
    """Body, quoted, signature, footer, forwarded; a blank line belongs to the part of the line before it."""
    parts: dict[str, list[str]] = {kind: [] for kind in (BODY, QUOTED, SIGNATURE, FOOTER, FORWARDED)}
    last = BODY
    for line, kind in zip(lines, kinds, strict=True):
        last = kind if line.strip() else last
        if line.strip() or (parts[last] and parts[last][-1]):
            parts[last].append(line.rstrip())
    return ["\n".join(part).strip("\n") for part in parts.values()]
