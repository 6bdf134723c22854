"""HTML mail to text by inscriptis; lines that mail programs mark as quoted begin with "> ", as in plain text."""

import re
from collections.abc import Iterator
from html import unescape

_OPEN, _CLOSE = "\ue000", "\ue001"
_LOST = dict.fromkeys([0, 0xE000, 0xE001])
_TAGS, _TAG_LENGTH = 60_000, 4_000
_SILENT = re.compile(r"(?:head|script|style|title|template|noscript|object|svg|select|iframe|noframes|noembed)\Z")
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
    """The text that a reader sees. Never raises; about linear in the markup, however it is nested."""
    if markup.count("<") > _TAGS:
        return strip_tags(markup)
    try:
        return _rendered(markup.translate(_LOST))
    except Exception:  # ParserError, ValueError and RecursionError that are known of
        return strip_tags(markup)


def drop_long_tags(markup: str) -> str:
    """Markup without the attributes of very long tags: pictures in them, or so many that lxml never ends."""
    return _START.sub(lambda tag: tag[0] if len(tag[0]) <= _TAG_LENGTH else f"<{tag[1][:20]}>", markup)


def strip_tags(markup: str) -> str:
    """What is left when all tags are taken out: for what is nested too deeply, or late."""
    out, silent = [], ""
    for at, piece in enumerate(_TAG.split(markup)):
        if at % 2 == 0:
            out.append("" if silent else piece)
            continue
        name = piece.strip("/ ").partition(" ")[0].lower()
        if silent:
            silent = "" if piece.startswith("/") and name == silent else silent
        elif name in {"script", "style", "head"} and not piece.startswith("/") and not piece.endswith("/"):
            silent = name
        elif _BREAKS.match(piece):
            out.append("\n")
    return unescape(re.sub(r"&#x?[\da-fA-F]{8,};?", "", "".join(out)))


def _rendered(markup: str) -> str:
    from inscriptis.html_engine import Inscriptis

    tree = _tree(markup)
    if tree is None:
        return ""
    for element in list(tree.iter()):  # as it is, for some are taken out
        _plain(element)
    return "\n".join(_quoted(Inscriptis(tree, _config()).get_text().split("\n")))


def _tree(markup: str):
    """Parsed as bytes: lxml refuses a text that declares an encoding. Raises ValueError where it is cut by depth."""
    from lxml.html import HTMLParser, document_fromstring

    if not markup.strip():
        return None
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    tree = document_fromstring(markup.encode("utf-8", "replace"), parser=parser, ensure_head_body=True)
    if any("depth" in error.message for error in parser.error_log):
        raise ValueError("nested too deeply")
    return tree


def _config():
    """New for each text: inscriptis writes into the styles that it is given. It knows neither tables nor indents."""
    from inscriptis.css_profiles import STRICT_CSS_PROFILE
    from inscriptis.html_properties import Display
    from inscriptis.model.config import ParserConfig
    from inscriptis.model.html_element import HtmlElement

    css = {tag: style.__copy__() for tag, style in STRICT_CSS_PROFILE.items()}
    css |= {tag: HtmlElement(display=Display.block) for tag in ("ul", "ol", "row")}
    config = ParserConfig(css=css)
    config.attribute_handler.attribute_mapping = {}
    return config


def _plain(element) -> None:
    """An element as inscriptis may see it: hidden ones emptied, tables taken apart, quoted ones marked."""
    tag = element.tag
    if not isinstance(tag, str):
        return
    if _SILENT.match(tag) or _is_hidden(element):
        element.clear(keep_tail=True)
        element.tag = "span"
    elif _ROW.match(tag):
        element.tag = "row"
    elif tag in _CELLS:
        element.tag, element.tail = "span", " " + (element.tail or "")
    elif _is_quote(element, tag):
        element.text = _OPEN + (element.text or "")
        _close(element)
    elif element.get("id", "").endswith("divRplyFwdMsg"):
        element.text = _OPEN + (element.text or "")
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


def _close(element) -> None:
    if len(element):
        element[-1].tail = (element[-1].tail or "") + _CLOSE
    else:
        element.text += _CLOSE


def _quoted(lines: list[str]) -> Iterator[str]:
    depth = 0
    for line in lines:
        depth += line.count(_OPEN)
        text = line.translate(_LOST).strip()
        if text or not (_OPEN in line or _CLOSE in line):
            yield "> " * min(depth, 5) + text if text else text
        depth = max(0, depth - line.count(_CLOSE))
