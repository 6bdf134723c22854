"""Extracts the text of a message from its MIME parts, plain text before HTML; attachments are only named."""

import re
from contextlib import suppress
from dataclasses import dataclass, field

from data.intake import html
from data.intake.headers import header_text
from data.intake.limits import Budget
from data.intake.parts import MimePart
from data.intake.payload import content_type_parameter, part_text
from data.intake.plain_text import normalize_plain_text, unflow

ATTACHMENT_NAME_LIMIT, MAX_ATTACHMENT_NAMES = 200, 100
_STUB = re.compile(r"\bhtml\b|view (?:this|it|the) |in (?:your|a|the) (?:web )?browser|im browser|navigateur", re.I)
_STUB_WORDS = 40
_IS_HTML = re.compile(r"<!doctype\s+html|<(?:html|body)[\s>]", re.I)
_ENCRYPTED = {"multipart/encrypted", "application/pgp-encrypted"}
_SMIME = {"application/pkcs7-mime", "application/x-pkcs7-mime"}


@dataclass(slots=True)
class BodyReader:
    """Reads MIME parts, and collects notes, names of attachments, and the mails attached to the mail (`enclosed`).

    `markup_left` is how many characters of HTML may still be read.
    """

    budget: Budget
    deadline: float
    notes: list[str] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)
    enclosed: list[MimePart] = field(default_factory=list)
    markup_left: int = 0

    def text(self, part: MimePart, level: int = 0) -> str:
        """The text of a part; the texts of its subparts are joined in order."""
        kind = part.get_content_type()
        if level > self.budget.nesting:
            self.notes.append(
                f"Its parts are nested more than {self.budget.nesting} levels deep: the rest was left out."
            )
            return ""
        if kind in _ENCRYPTED or kind in _SMIME:
            self.notes.append(_encryption_note(part, kind))
        if kind == "message/rfc822" and part.is_multipart():
            self._add_attachment(self._name(part), part, kind)
            self.enclosed += part.get_payload()
            return ""
        if kind == "multipart/alternative" and part.is_multipart():
            return self._best_alternative(part.get_payload(), level + 1)
        if part.is_multipart():
            subparts = [] if kind.startswith("message/") else part.get_payload()
            return "\n\n".join(filter(str.strip, [self.text(subpart, level + 1) for subpart in subparts]))
        return self._leaf_text(part, kind)

    def _best_alternative(self, parts: list[MimePart], level: int) -> str:
        """The text of a multipart/alternative: the plain one, unless it only points to the HTML."""
        plain_parts = [part for part in parts if part.get_content_type() == "text/plain"]
        others = [part for part in parts if part not in plain_parts]
        plain = next(filter(str.strip, (self.text(part, level) for part in plain_parts)), "")
        if plain and not is_stub(plain):
            for part in others:
                self._add_attachments_within(part)
            return plain
        rich = [self.text(part, level) for part in reversed(others)]
        return next(filter(str.strip, rich), plain)

    def _leaf_text(self, part: MimePart, kind: str) -> str:
        name = self._name(part)
        is_text = kind in ("text/plain", "text/html", "text/enriched", "text/richtext")
        if not is_text or _is_attached(part) or (name and kind != "text/html" and not name.endswith(".txt")):
            self._add_attachment(name, part, kind)
            return ""
        rich = kind != "text/plain"
        text = part_text(part, 10 * self.budget.html if rich else 4 * self.budget.text, self.notes)
        if rich or _IS_HTML.search(text[:1000]):
            return self._from_html(text)
        return self.cut(
            unflow(text, content_type_parameter(part, "delsp").lower() == "yes") if _is_flowed(part) else text
        )

    def _from_html(self, text: str) -> str:
        text = html.drop_long_tags(text)
        if len(text) > self.markup_left:
            self.notes.append("Its HTML is too large: only the beginning was read.")
        text, self.markup_left = text[: self.markup_left], max(0, self.markup_left - len(text))
        is_late = self.budget.clock() > self.deadline
        return self.cut(html.strip_tags(text) if is_late else html.html_to_text(text))

    def cut(self, text: str) -> str:
        """The normalized text, cut to the budget."""
        cut = "\n".join(
            normalize_plain_text(text[: self.budget.text]).split("\n", self.budget.lines)[: self.budget.lines]
        )
        if len(text) > self.budget.text or text.count("\n") >= self.budget.lines:
            self.notes.append("Its text is too long: the rest was left out.")
        return cut

    def _name(self, part: MimePart) -> str:
        name = ""
        with suppress(Exception):  # on malformed RFC 2231 parameters the library raises many kinds
            name = part.get_filename() or ""
        return re.split(r"[\\/]", header_text(name, self.notes))[-1].strip()

    def _add_attachment(self, name: str, part: MimePart, kind: str) -> None:
        name = name or (kind if _is_attached(part) else "")
        if name and len(self.attachments) < MAX_ATTACHMENT_NAMES:
            self.attachments.append(name[:ATTACHMENT_NAME_LIMIT])
        if name.lower() == "winmail.dat" or kind.endswith("ms-tnef"):
            self.notes.append("Its attachments came packed in winmail.dat, which was not opened.")

    def _add_attachments_within(self, part: MimePart) -> None:
        """Adds the attachments of a part whose text is not needed."""
        for subpart in part.walk():
            if not subpart.is_multipart() and (subpart.get_content_maintype() != "text" or _is_attached(subpart)):
                self._add_attachment(self._name(subpart), subpart, subpart.get_content_type())


def is_stub(text: str) -> bool:
    """Whether a plain text only says that the mail is in HTML."""
    return len(text) < 2000 and len(text.split()) <= _STUB_WORDS and _STUB.search(text) is not None


def _is_flowed(part: MimePart) -> bool:
    return content_type_parameter(part, "format").lower() == "flowed"


def _is_attached(part: MimePart) -> bool:
    return str(part.get("Content-Disposition") or "")[:40].strip().lower().startswith("attachment")


def _encryption_note(part: MimePart, kind: str) -> str:
    if kind in _SMIME and "signed" in content_type_parameter(part, "smime-type"):
        return "It is signed in a way that hides its text (S/MIME): it was not read."
    return f"It is encrypted ({'S/MIME' if kind in _SMIME else 'PGP'}): its text could not be read."
