"""Parses MIME parts with the standard library's parser, within the limits of a `Budget`."""

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
"""Characters of one header that are kept: the standard library splits its parameters in quadratic time."""


class MimePart(Message):
    """A message, or a MIME part of one."""

    def raw(self, limit: int) -> bytes:
        """The first bytes of the payload, undecoded: the library would decode them by any codec that the mail names."""
        payload = self._payload if isinstance(self._payload, str) else ""
        return payload[:limit].encode("ascii", "surrogateescape")


@dataclass(frozen=True, slots=True)
class ParsedMessage:
    """A parsed message; `stopped` is a sentence where parsing ended early, else ""."""

    message: MimePart
    stopped: str = ""


class BudgetSpent(Exception):
    """A limit of the budget was reached; the message is a sentence for people."""


class _LimitedHeaders(Compat32):
    """A parser policy that keeps headers undecoded and limits their number and length."""

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
    """Parses a message. Never raises; the parts before a limit was reached are kept."""
    parts: list[MimePart] = []

    def new_part(policy: Compat32) -> MimePart:
        if len(parts) >= budget.parts:
            raise BudgetSpent(f"It has more than {budget.parts:,} parts: only the first ones were read.")
        parts.append(MimePart(policy))
        return parts[-1]

    parser = BytesFeedParser(policy=_LimitedHeaders(message_factory=new_part, seen=count()))
    stopped = ""
    try:
        for chunk in _chunks(raw, budget, deadline):
            parser.feed(chunk)
        parser.close()
    except BudgetSpent as error:
        stopped = str(error)
    except RecursionError:
        stopped = "Its parts are nested too deeply: only the outer ones were read."
    except Exception:  # on malformed parameters the parser raises many kinds
        stopped = "It is damaged: only a part of it was read."
    return ParsedMessage(parts[0] if parts and parts[0].keys() else _parse_headers(raw), stopped)


def _parse_headers(raw: bytes) -> MimePart:
    """A message of only the headers at its top, where parsing ended before them."""
    policy = _LimitedHeaders(message_factory=MimePart, seen=count())
    with suppress(Exception):
        return BytesHeaderParser(policy=policy).parsebytes(BLANK_LINE.split(raw[:HEADER_BYTES], maxsplit=1)[0])
    return MimePart(policy)


def _chunks(raw: bytes, budget: Budget, deadline: float) -> Iterator[bytes]:
    """Chunks for the parser, with a look at the clock between: boundaries times lines take it quadratic time."""
    ends = 0
    for start in range(0, len(raw), CHUNK_BYTES):
        chunk = raw[start : start + CHUNK_BYTES]
        ends += chunk.count(b"\n") + chunk.count(b"\r")
        if ends > MAX_LINE_ENDS:
            raise BudgetSpent("It has too many lines: only the first ones were read.")
        if budget.clock() > deadline:
            raise BudgetSpent(f"Reading it took longer than {budget.seconds:g} seconds: only a part of it was read.")
        yield chunk
