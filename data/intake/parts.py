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

CHUNK = 4096
HEAD = 100_000
BLANK = re.compile(rb"\r?\n\r?\n|\r\r")
HEADERS = 10_000
LINE_ENDS = 1_000_000
VALUE = 16_000
"""Characters that are kept of one header: its parameters are split in quadratic time."""


class Part(Message):
    """A message or a part of one."""

    def raw(self, limit: int) -> bytes:
        """The first bytes of the payload as they came: the library would decode them, by any codec that it is told."""
        payload = self._payload if isinstance(self._payload, str) else ""
        return payload[:limit].encode("ascii", "surrogateescape")


@dataclass(frozen=True, slots=True)
class Parsed:
    """The message as far as it was parsed; `stopped` is a sentence where that is not to its end."""

    message: Part
    stopped: str = ""


class Enough(Exception):
    """The budget is spent."""


class _Capped(Compat32):
    """Headers as they stand, in limited number and length."""

    seen = None

    def header_source_parse(self, sourcelines):
        if next(self.seen) >= HEADERS:
            raise Enough(f"It has more than {HEADERS:,} headers: what comes after them was read as plain text.")
        name, value = super().header_source_parse(sourcelines)
        return name, value[:VALUE]

    def header_fetch_parse(self, name, value):
        return value


def parse(raw: bytes, budget: Budget, deadline: float) -> Parsed:
    """Never raises; parts that came before the budget was spent are in the message."""
    made: list[Part] = []

    def new(policy: Compat32) -> Part:
        if len(made) >= budget.parts:
            raise Enough(f"It has more than {budget.parts:,} parts: only the first ones were read.")
        made.append(Part(policy))
        return made[-1]

    parser = BytesFeedParser(policy=_Capped(message_factory=new, seen=count()))
    stopped = ""
    try:
        for chunk in _chunks(raw, budget, deadline):
            parser.feed(chunk)
        parser.close()
    except Enough as enough:
        stopped = str(enough)
    except RecursionError:
        stopped = "Its parts are nested too deeply: only the outer ones were read."
    except Exception:  # parameters of headers make the parser raise all kinds
        stopped = "It is damaged: only a part of it was read."
    return Parsed(made[0] if made and made[0].keys() else _headers(raw), stopped)


def _headers(raw: bytes) -> Part:
    """A message of nothing but the headers at its top, for one that was given up before their end."""
    policy = _Capped(message_factory=Part, seen=count())
    with suppress(Exception):
        return BytesHeaderParser(policy=policy).parsebytes(BLANK.split(raw[:HEAD], maxsplit=1)[0])
    return Part(policy)


def _chunks(raw: bytes, budget: Budget, deadline: float) -> Iterator[bytes]:
    """Many boundaries times many lines take the parser quadratic time, so the clock is looked at in between."""
    ends = 0
    for start in range(0, len(raw), CHUNK):
        chunk = raw[start : start + CHUNK]
        ends += chunk.count(b"\n") + chunk.count(b"\r")
        if ends > LINE_ENDS:
            raise Enough("It has too many lines: only the first ones were read.")
        if budget.clock() > deadline:
            raise Enough(f"Reading it took longer than {budget.seconds:g} seconds: only a part of it was read.")
        yield chunk
