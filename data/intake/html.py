"""Converts HTML mail to text with inscriptis; lines in quoted blocks begin with "> ", as in plain text."""

import re
from collections.abc import Iterator
from html import unescape

_QUOTE_START, _QUOTE_END = "\ue000", "\ue001"
_REMOVED = dict.fromkeys([0, 0xE000, 0xE001])
_MAX_TAGS, _MAX_TAG_LENGTH = 60_000, 4_000
_INVISIBLE = re.compile(r"(?:head|script|style|title|template|noscript|object|svg|select|iframe|noframes|noembed)\Z")
_ROW = re.compile(r"(?:table|tbody|thead|tfoot|tr|caption|center|form|fieldset|dl|dt|dd|section)\Z")
_CELLS = {"td", "th"}
_HIDDEN = re.compile(r"display:none|visibility:hidden|mso-hide:all|max-height:0(?![.\d])|opacity:0(?![.\d])")
_NO_SIZE = re.compile(r"font-size:0(?![.\d])")
_QUOTES = re.compile(r"gmail_quote|yahoo_quoted|protonmail_quote|OLK_SRC_BODY_SECTION")
_ATTRIBUTE = r"[^\s=>/]++(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>\"'][^\s>]*+|[\"'])?+)?+"
_START = re.compile(rf"<([A-Za-z][^\s>/]*+)(?:[\s/]++|{_ATTRIBUTE}|=)*+>?")
_TAG = re.compile(r"<([^<>]*)(?:>|\Z)")
_BREAKS = re.compile(r"/?(?:p|div|br|tr|li|h\d|table|blockquote|ul|ol|hr)\b", re.IGNORECASE)


def html_to_text(markup: str) -> str:
    """The text that a reader sees. Never raises; takes about linear time in the markup, however it is nested."""
    if markup.count("<") > _MAX_TAGS:
        return strip_tags(markup)
    try:
        return _render(markup.translate(_REMOVED))
    except Exception:  # known are ParserError, ValueError and RecursionError
        return strip_tags(markup)


def drop_long_tags(markup: str) -> str:
    """Markup without the attributes of very long tags, which hold inline pictures or make lxml hang."""
    return _START.sub(lambda tag: tag[0] if len(tag[0]) <= _MAX_TAG_LENGTH else f"<{tag[1][:20]}>", markup)


def strip_tags(markup: str) -> str:
    """The markup with all tags removed: for markup that is nested too deeply, or when time is up."""
    out, skipped = [], ""
    for at, piece in enumerate(_TAG.split(markup)):
        if at % 2 == 0:
            out.append("" if skipped else piece)
            continue
        name = piece.strip("/ ").partition(" ")[0].lower()
        if skipped:
            skipped = "" if piece.startswith("/") and name == skipped else skipped
        elif name in {"script", "style", "head"} and not piece.startswith("/") and not piece.endswith("/"):
            skipped = name
        elif _BREAKS.match(piece):
            out.append("\n")
    return unescape(re.sub(r"&#x?[\da-fA-F]{8,};?", "", "".join(out)))


def _render(markup: str) -> str:
    from inscriptis.html_engine import Inscriptis

    tree = _tree(markup)
    if tree is None:
        return ""
    for element in list(tree.iter()):  # a copy: some are removed on the way
        _simplify(element)
    return "\n".join(_prefix_quoted(Inscriptis(tree, _config()).get_text().split("\n")))


def _tree(markup: str):
    """Parses bytes, since lxml refuses text that declares an encoding. Raises ValueError on too deep nesting."""
    from lxml.html import HTMLParser, document_fromstring

    if not markup.strip():
        return None
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    tree = document_fromstring(markup.encode("utf-8", "replace"), parser=parser, ensure_head_body=True)
    if any("depth" in error.message for error in parser.error_log):
        raise ValueError("nested too deeply")
    return tree


def _config():
    """A new configuration for each text, since inscriptis changes it; without tables and indents."""
    from inscriptis.css_profiles import STRICT_CSS_PROFILE
    from inscriptis.html_properties import Display
    from inscriptis.model.config import ParserConfig
    from inscriptis.model.html_element import HtmlElement

    css = {tag: style.__copy__() for tag, style in STRICT_CSS_PROFILE.items()}
    css |= {tag: HtmlElement(display=Display.block) for tag in ("ul", "ol", "row")}
    config = ParserConfig(css=css)
    config.attribute_handler.attribute_mapping = {}
    return config


def _simplify(element) -> None:
    """Empties hidden elements, turns tables into plain rows, and marks quoted blocks, for inscriptis."""
    tag = element.tag
    if not isinstance(tag, str):
        return
    if _INVISIBLE.match(tag) or _is_hidden(element):
        element.clear(keep_tail=True)
        element.tag = "span"
    elif _ROW.match(tag):
        element.tag = "row"
    elif tag in _CELLS:
        element.tag, element.tail = "span", " " + (element.tail or "")
    elif _is_quote(element, tag):
        element.text = _QUOTE_START + (element.text or "")
        _mark_quote_end(element)
    elif element.get("id", "").endswith("divRplyFwdMsg"):
        element.text = _QUOTE_START + (element.text or "")
    element.attrib.clear()


def _is_hidden(element) -> bool:
    style = re.sub(r"\s", "", element.get("style", "")[:2000]).lower()
    if "hidden" in element.attrib or _HIDDEN.search(style):
        return True
    return _NO_SIZE.search(style) is not None and not len(element)


def _is_quote(element, tag: str) -> bool:
    if _QUOTES.search(f"{element.get('class', '')} {element.get('id', '')}"):
        return tag == "blockquote" or "gmail_quote" not in element.get("class", "")
    cited = element.get("type") or element.get("cite") or "border-left" in element.get("style", "")
    return tag == "blockquote" and bool(cited)


def _mark_quote_end(element) -> None:
    if len(element):
        element[-1].tail = (element[-1].tail or "") + _QUOTE_END
    else:
        element.text += _QUOTE_END


def _prefix_quoted(lines: list[str]) -> Iterator[str]:
    """Puts "> " before the lines between quote marks, once for each level up to 5."""
    depth = 0
    for line in lines:
        depth += line.count(_QUOTE_START)
        text = line.translate(_REMOVED).strip()
        if text or not (_QUOTE_START in line or _QUOTE_END in line):
            yield "> " * min(depth, 5) + text if text else text
        depth = max(0, depth - line.count(_QUOTE_END))
