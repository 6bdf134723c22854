"""The MIME parts of a message, found within a budget: a guarded wrapper over the standard library's parser."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from email._policybase import Compat32
from email.message import Message
from email.parser import BytesFeedParser, BytesHeaderParser
from itertools import count

from data.intake.limits import Budget

CHUNK_BYTES = 4096
HEADER_BYTES = 100_000
BLANK_LINE = re.compile(rb"\r?\n\r?\n|\r\r")
MAX_HEADERS = 10_000
MAX_LINE_ENDS = 1_000_000
HEADER_VALUE_LIMIT = 16_000
"""Characters that are kept of one header: its parameters are split in quadratic time."""


class MimePart(Message):
    """A message or a part of one."""

    def raw(self, limit: int) -> bytes:
        """The first bytes of the payload as they came: the library would decode them, by any codec that it is told."""
        payload = self._payload if isinstance(self._payload, str) else ""
        return payload[:limit].encode("ascii", "surrogateescape")


@dataclass(frozen=True, slots=True)
class ParsedMessage:
    """The message as far as it was parsed; `stopped` is a sentence where that is not to its end."""

    message: MimePart
    stopped: str = ""


class BudgetSpent(Exception):
    """The budget is spent."""


class _Capped(Compat32):
    """Headers as they stand, in limited number and length."""

    seen = None

    def header_source_parse(self, sourcelines):
        if next(self.seen) >= MAX_HEADERS:
            raise BudgetSpent(
                f"It has more than {MAX_HEADERS:,} headers: what comes after them was read as plain text."
            )
        name, value = super().header_source_parse(sourcelines)
        return name, value[:HEADER_VALUE_LIMIT]

    def header_fetch_parse(self, name, value):
        return value


def parse_mime(raw: bytes, budget: Budget, deadline: float) -> ParsedMessage:
    """Never raises; parts that came before the budget was spent are in the message."""
    made: list[MimePart] = []

    def new(policy: Compat32) -> MimePart:
        if len(made) >= budget.parts:
            raise BudgetSpent(f"It has more than {budget.parts:,} parts: only the first ones were read.")
        made.append(MimePart(policy))
        return made[-1]

    parser = BytesFeedParser(policy=_Capped(message_factory=new, seen=count()))
    stopped = ""
    try:
        for chunk in _chunks(raw, budget, deadline):
            parser.feed(chunk)
        parser.close()
    except BudgetSpent as enough:
        stopped = str(enough)
    except RecursionError:
        stopped = "Its parts are nested too deeply: only the outer ones were read."
    except Exception:  # parameters of headers make the parser raise all kinds
        stopped = "It is damaged: only a part of it was read."
    return ParsedMessage(made[0] if made and made[0].keys() else _headers(raw), stopped)


def _headers(raw: bytes) -> MimePart:
    """A message of nothing but the headers at its top, for one that was given up before their end."""
    policy = _Capped(message_factory=MimePart, seen=count())
    with suppress(Exception):
        return BytesHeaderParser(policy=policy).parsebytes(BLANK_LINE.split(raw[:HEADER_BYTES], maxsplit=1)[0])
    return MimePart(policy)


def _chunks(raw: bytes, budget: Budget, deadline: float) -> Iterator[bytes]:
    """Many boundaries times many lines take the parser quadratic time, so the clock is looked at in between."""
    ends = 0
    for start in range(0, len(raw), CHUNK_BYTES):
        chunk = raw[start : start + CHUNK_BYTES]
        ends += chunk.count(b"\n") + chunk.count(b"\r")
        if ends > MAX_LINE_ENDS:
            raise BudgetSpent("It has too many lines: only the first ones were read.")
        if budget.clock() > deadline:
            raise BudgetSpent(f"Reading it took longer than {budget.seconds:g} seconds: only a part of it was read.")
        yield chunk
