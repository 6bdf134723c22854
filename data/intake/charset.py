"""Decodes bytes whose declared character set may be wrong or unknown."""

import codecs
import re

from data.text_input import shortened

_WIDER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
}
"""Wider encodings that mail programs mean by these names, as in the WHATWG Encoding Standard."""
_ALIASES = {"iso-8859-8-i": "iso8859-8", "x-sjis": "cp932", "x-gbk": "gb18030", "unicode-1-1-utf-7": "utf-7"}
_NOT_FOR_MAIL = {"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape"}
_NO_CHARSET = {"", "unknown", "unknown-8bit", "x-unknown", "8bit", "binary", "none", "default"}
_DISPLAY_NAMES = {"cp1252": "Windows-1252", "utf-8": "UTF-8"}


def decode_text(raw: bytes, declared: str, notes: list[str]) -> str:
    """The text, decoded as declared where that is known and fits, else as UTF-8 or Windows-1252; adds to `notes`."""
    declared = re.sub(r"[\"'\s;].*", "", declared.strip("\"' \t\r\n"), flags=re.DOTALL).lower()
    codec = python_codec(declared)
    if raw.isascii() and (codec is None or codec.startswith(("cp", "iso8859", "utf-16", "utf-32"))):
        return raw.decode("ascii")
    text, used = _decode(raw, codec)
    if codec is None and declared not in _NO_CHARSET:
        notes.append(
            f"The character set {shortened(declared)} is not known: it was read as {_DISPLAY_NAMES.get(used, used)}."
        )
    elif "\ufffd" in text:
        notes.append("Some characters could not be read: they are shown as �.")
    return text


def python_codec(declared: str) -> str | None:
    """Python's codec for a declared character set, widened as mail programs do; None where there is none for text."""
    try:
        codec = codecs.lookup(_ALIASES.get(declared, declared))
        b"x".decode(codec.name, "replace")
    except Exception:  # a name may hold anything, and codecs raise many kinds
        return None
    return None if codec.name in _NOT_FOR_MAIL else _WIDER.get(codec.name, codec.name)


def _decode(raw: bytes, codec: str | None) -> tuple[str, str]:
    """Text and codec used: UTF-8 where the bytes are valid in it; not the declared codec where most characters fail."""
    if codec is None or codec.startswith(("cp125", "iso8859", "utf-8")):
        try:
            return raw.decode("utf-8"), "utf-8"
        except UnicodeDecodeError:
            pass
    text = raw.decode(codec, "replace") if codec else ""
    bad = text.count("\ufffd")
    if codec and 2 * bad <= sum(c > "\x7f" for c in text[: 10 * bad + 10_000]):
        return text, codec
    return raw.decode("cp1252", "replace"), "cp1252"
