"""What stands at the end of what somebody wrote: a signature, and what lawyers and mail programs put below it."""

from collections.abc import Iterator, Sequence

from data.intake import patterns

SIGNATURE_LINES = 15
SIGNATURE_CHARACTERS = 1_200
_BLOCK_LINES = 8
_LOOKED_AT = 300


def footer_lines(lines: Sequence[str]) -> Iterator[int]:
    """Which lines are legal footers, virus notices and ways to unsubscribe: each to the end of its paragraph."""
    inside = trailer = False
    for i, line in enumerate(lines):
        trailer = trailer or _is_trailer(lines, i)
        inside = trailer or (bool(line.strip()) and (inside or _is_footer(lines, i)))
        if inside:
            yield i


def signature_lines(lines: Sequence[str]) -> range | list[int]:
    """Which lines, none of them blank, are a signature: below dashes, sent from a device, or a closing and a name.

    The first line never is: a signature does not swallow what it signs.
    """
    dashes = _below_dashes(lines)
    if dashes is not None:
        return dashes
    sent = [i for i in range(max(1, len(lines) - 3), len(lines)) if _is_sent_from(lines[i])]
    rest = [line for i, line in enumerate(lines) if i not in sent]
    closing = _closing(rest) if not sent or sent[0] == len(rest) else len(rest)
    return sorted({*range(closing, len(rest)), *sent})


def _is_footer(lines: Sequence[str], i: int) -> bool:
    text = " ".join(line[:_LOOKED_AT].strip() for line in lines[i : i + 4])
    return patterns.FOOTER_START.match(text[:_LOOKED_AT]) is not None


def _is_trailer(lines: Sequence[str], i: int) -> bool:
    """A line across the page, below which a mailing list speaks, or a signature that only programs read."""
    if patterns.PGP_SIGNATURE.match(lines[i]):
        return True
    across = patterns.RULE_LINE.match(lines[i][:_LOOKED_AT]) or patterns.SIGNATURE_DASHES.match(lines[i][:_LOOKED_AT])
    below = [line[:_LOOKED_AT] for line in lines[i + 1 : i + 4]] if across else []
    return all(any(map(pattern.search, below)) for pattern in (patterns.LIST_FOOTER, patterns.MAIL_OR_LINK))


def _below_dashes(lines: Sequence[str]) -> range | None:
    for i in range(max(1, len(lines) - SIGNATURE_LINES - 1), len(lines) - 1):
        if patterns.SIGNATURE_DASHES.match(lines[i][:10]) and len(lines[i]) < 10:
            below = lines[i + 1 :]
            if sum(map(len, below)) <= SIGNATURE_CHARACTERS and not any(map(_asks, below)):
                return range(i, len(lines))
    return None


def _closing(lines: Sequence[str]) -> int:
    """Where the closing words begin above nothing but names, titles and numbers to call."""
    best = len(lines)
    for i in range(len(lines) - 1, max(0, len(lines) - _BLOCK_LINES - 2), -1):
        line = lines[i].strip()
        if len(line) < 80 and patterns.CLOSING.match(line):
            best = i
        elif not _signs(line):
            break
    return best


def _signs(line: str) -> bool:
    """A name, a title, a company, an address on the net, a telephone number."""
    words = line.split()
    if len(line) > 80 or len(words) > 8 or _asks(line):
        return False
    if patterns.PHONE_LINE.match(line) or (len(words) <= 4 and patterns.MAIL_OR_LINK.search(line)):
        return True
    named = [word for word in words if word[0].isalpha()]
    capital = sum(word[0].isupper() for word in named)
    return not any(c.isdigit() for c in line) and not line.endswith((".", ":", "!")) and 2 * capital > len(named) > 0


def _is_sent_from(line: str) -> bool:
    return len(line.split()) <= 9 and patterns.SENT_FROM.match(line.strip()[:_LOOKED_AT]) is not None


def _asks(line: str) -> bool:
    return line.rstrip().endswith("?") or patterns.POSTSCRIPT.match(line.strip()[:10]) is not None
