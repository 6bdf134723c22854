"""Which encoding a file of text is in, where nothing says so."""

import codecs
from pathlib import Path

BLOCK = 2**16
AHEAD = 2**20
"""Bytes from the first that are no UTF-8 on, in which to look for text that tells the encoding."""

_WESTERN = frozenset("äöüßÄÖÜéèêëàâçîïôùûœæåøñáíìòóúãõÀÂÇÉÈÊÅØÆÑÁÍÓÚ€£§°«»¿¡…–—‘’“”„·´©®™ºª½\xa0")
_OTHERS = ["cp1250", "cp1251", "cp1253", "cp1254", "koi8_r", "shift_jis", "gb18030", "big5", "euc_kr", "euc_jp"]


def encoding_of(path: Path) -> str:
    """UTF-16 by its mark or its NULs, UTF-8 (with a mark or without) if all of the file is, else the likeliest."""
    with path.open("rb") as file:
        start = file.read(BLOCK)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if wide := _wide(start):
            return wide
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        for block in iter(lambda: file.read(BLOCK), b""):
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                return likeliest(block + file.read(AHEAD))
    return "utf-8-sig"


def _wide(start: bytes) -> str:
    """UTF-16 without a mark: NULs, and nearly all of them in the same half of each pair of bytes."""
    even, odd = start[::2].count(0), start[1::2].count(0)
    if even + odd < 8 or even + odd < len(start) / 50 or min(even, odd) * 10 > max(even, odd):
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def likeliest(raw: bytes) -> str:
    """The likeliest encoding of bytes that are not all UTF-8; short texts in Western Europe are beyond the library."""
    lines = [line for line in raw.splitlines() if not line.isascii()]
    if 2 * sum(_is_utf8(line) for line in lines) > len(lines):
        return "utf-8-sig"
    text = b"\n".join(lines)[:BLOCK]
    if _is_western(text):
        return "cp1252"
    from charset_normalizer import from_bytes

    best = from_bytes(text[:8_192], cp_isolation=_OTHERS).best()
    return best.encoding if best else "cp1252"


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_western(raw: bytes) -> bool:
    """Whether nearly all that is not ASCII are letters of Western languages, among more letters that are ASCII."""
    text = raw.decode("cp1252", "replace")
    strange = [character for character in text if not character.isascii()]
    plain = sum(character.isascii() for word in text.split() if not word.isascii() for character in word)
    known = sum(character in _WESTERN for character in strange)
    return known > 0.95 * len(strange) and plain >= len(strange)
