"""Finds signatures, and legal footers and other notices that mail programs add."""

from collections.abc import Iterator, Sequence

from data.intake import patterns

SIGNATURE_LINES = 15
SIGNATURE_CHARACTERS = 1_200
_BLOCK_LINES = 8
_MATCHED_WIDTH = 300


def footer_lines(lines: Sequence[str]) -> Iterator[int]:
    """Numbers of the lines of legal footers, virus and unsubscribe notices, each to the end of its paragraph."""
    inside = trailer = False
    for i, line in enumerate(lines):
        trailer = trailer or _is_trailer(lines, i)
        inside = trailer or (bool(line.strip()) and (inside or _is_footer(lines, i)))
        if inside:
            yield i


def signature_lines(lines: Sequence[str]) -> range | list[int]:
    """Numbers of the lines of a signature: below dashes, “Sent from my ...”, or closing words and a name.

    `lines` are without blank ones. The first line never is signature, so that some text stays.
    """
    dashes = _below_dashes(lines)
    if dashes is not None:
        return dashes
    sent = [i for i in range(max(1, len(lines) - 3), len(lines)) if _is_sent_from(lines[i])]
    rest = [line for i, line in enumerate(lines) if i not in sent]
    closing = _closing(rest) if not sent or sent[0] == len(rest) else len(rest)
    return sorted({*range(closing, len(rest)), *sent})


def _is_footer(lines: Sequence[str], i: int) -> bool:
    text = " ".join(line[:_MATCHED_WIDTH].strip() for line in lines[i : i + 4])
    return patterns.FOOTER_START.match(text[:_MATCHED_WIDTH]) is not None


def _is_trailer(lines: Sequence[str], i: int) -> bool:
    """Whether a mailing list's notice below a ruled line, or a PGP signature, begins here."""
    if patterns.PGP_SIGNATURE.match(lines[i]):
        return True
    across = patterns.RULE_LINE.match(lines[i][:_MATCHED_WIDTH]) or patterns.SIGNATURE_DASHES.match(
        lines[i][:_MATCHED_WIDTH]
    )
    below = [line[:_MATCHED_WIDTH] for line in lines[i + 1 : i + 4]] if across else []
    return all(any(map(pattern.search, below)) for pattern in (patterns.LIST_FOOTER, patterns.MAIL_OR_LINK))


def _below_dashes(lines: Sequence[str]) -> range | None:
    for i in range(max(1, len(lines) - SIGNATURE_LINES - 1), len(lines) - 1):
        if patterns.SIGNATURE_DASHES.match(lines[i][:10]) and len(lines[i]) < 10:
            below = lines[i + 1 :]
            if sum(map(len, below)) <= SIGNATURE_CHARACTERS and not any(map(_is_question, below)):
                return range(i, len(lines))
    return None


def _closing(lines: Sequence[str]) -> int:
    """The line of the closing words above only names, titles and phone numbers; the number of lines where none is."""
    start = len(lines)
    for i in range(len(lines) - 1, max(0, len(lines) - _BLOCK_LINES - 2), -1):
        line = lines[i].strip()
        if len(line) < 80 and patterns.CLOSING.match(line):
            start = i
        elif not _is_contact_line(line):
            break
    return start


def _is_contact_line(line: str) -> bool:
    """Whether a line may be a name, title, company, web or mail address, or phone number."""
    words = line.split()
    if len(line) > 80 or len(words) > 8 or _is_question(line):
        return False
    if patterns.PHONE_LINE.match(line) or (len(words) <= 4 and patterns.MAIL_OR_LINK.search(line)):
        return True
    named = [word for word in words if word[0].isalpha()]
    capital = sum(word[0].isupper() for word in named)
    return not any(c.isdigit() for c in line) and not line.endswith((".", ":", "!")) and 2 * capital > len(named) > 0


def _is_sent_from(line: str) -> bool:
    return len(line.split()) <= 9 and patterns.SENT_FROM.match(line.strip()[:_MATCHED_WIDTH]) is not None


def _is_question(line: str) -> bool:
    """Whether a line ends in a question mark or begins a postscript, which no signature does."""
    return line.rstrip().endswith("?") or patterns.POSTSCRIPT.match(line.strip()[:10]) is not None
