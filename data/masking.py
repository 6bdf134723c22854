"""Addresses and numbers of people are hidden in a text: e-mail, IBAN, card and phone, each by a readable mark."""

import re
from collections.abc import Iterator
from dataclasses import replace

from data.mail import TriagedMail
from data.schema import Email

PHONE_REGIONS = ("US", "GB", "DE", "FR")
"""Where a phone number without its country's code may be from."""

MIN_PHONE_DIGITS = 9
"""Of a phone number that no word before it calls one."""

EMAIL_MASK, IBAN_MASK, CARD_MASK, PHONE_MASK = "[e-mail]", "[IBAN]", "[card]", "[phone]"

_BEFORE = 32
"""Characters before a number that tell what it is."""

_ADDRESS = re.compile(r"(?<![\w.+'=&~-])[\w.+'=&~-]++(?:@|%40)[\w-]++(?:\.[\w-]++)++")
_IBAN = re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_CARD = re.compile(
    r"(?<![\w-])(?:(?:4[0-9]{3}|5[1-5][0-9]{2}|2[2-7][0-9]{2}|6[0-9]{3})([ \u00a0.-]?)[0-9]{4}\1[0-9]{4}\1[0-9]{4}"
    r"|3[47][0-9]{2}([ \u00a0.-]?)[0-9]{6}\2[0-9]{5}|3[068][0-9]{2}([ \u00a0.-]?)[0-9]{6}\3[0-9]{4}"
    r"|4[0-9]{12}|[46][0-9]{16,18})(?![0-9])"
)
_SEVEN_DIGITS = re.compile(r"(?:[0-9][^\w\n]{0,4}){7}")
_WHAT = re.compile(
    r"(phone|tel\b|call|mobile|cell|ring|reach|fax|whatsapp|sms|dial|my number)"
    r"|order|invoice|ticket|case|ref\b|refer|track|account|customer|booking|serial|parcel|\bid\b|\bno\b|#",
    re.IGNORECASE,
)


def mask_text(text: str) -> str:
    """The text with marks for addresses and numbers; what is none, as dates, amounts and order numbers, stays."""
    if "@" in text or "%40" in text:
        text = _ADDRESS.sub(EMAIL_MASK, text)
    if not _SEVEN_DIGITS.search(text) and not _IBAN.search(text):
        return text
    text = _CARD.sub(_card, _IBAN.sub(_iban, text))
    return _without_phones(text) if _SEVEN_DIGITS.search(text) else text


def mask_email(one: Email) -> Email:
    """An email without its sender, its text masked."""
    return one.model_copy(update={"subject": mask_text(one.subject), "body": mask_text(one.body), "sender": None})


def mask_mail(one: TriagedMail) -> TriagedMail:
    """A mail with its decision, masked in all that came with it."""
    hidden = mask_email(one.mail.email)
    beside = {name: mask_text(getattr(one.mail, name)) for name in _BESIDE}
    listed = {name: tuple(map(mask_text, getattr(one.mail, name))) for name in ("attachments", "notes")}
    mail = replace(one.mail, email=hidden, message_id="", thread_id="", **beside, **listed)
    places = {name: mask_text(getattr(one, name)) for name in ("file", "position", "own_id")}
    return replace(one, triaged=replace(one.triaged, email=hidden), mail=mail, **places)


_BESIDE = ("quoted", "signature", "footer", "forwarded", "automatic", "given")


def _iban(found: re.Match[str]) -> str:
    """Words in capitals may follow, so it is the longest part of what was found that adds up."""
    from stdnum import iban

    words = found.group().split(" ")
    for count in range(len(words), 0, -1):
        if iban.is_valid("".join(words[:count]), check_country=False):
            return " ".join([IBAN_MASK, *words[count:]])
    return found.group()


def _card(found: re.Match[str]) -> str:
    from stdnum import luhn

    digits = re.sub(r"[^0-9]", "", found.group())
    return CARD_MASK if luhn.is_valid(digits) else found.group()


def _without_phones(text: str) -> str:
    parts, position = [], 0
    for start, end in sorted(set(_phones(text))):
        if start >= position:
            parts += (text[position:start], PHONE_MASK)
            position = end
    return "".join([*parts, text[position:]])


def _phones(text: str) -> Iterator[tuple[int, int]]:
    """Where phone numbers stand, written as in one of the regions or with a country's code."""
    from phonenumbers import Leniency, PhoneNumberMatcher

    for region in PHONE_REGIONS:
        for found in PhoneNumberMatcher(text, region, leniency=Leniency.STRICT_GROUPING):
            if _is_phone(found.raw_string, text[max(0, found.start - _BEFORE) : found.start]):
                yield found.start, found.end


def _is_phone(number: str, before: str) -> bool:
    """By its country's code, else by the last word before it that tells, else by how it is written."""
    if number.startswith("+"):
        return True
    if said := _WHAT.findall(before):
        return bool(said[-1])
    return sum(map(str.isdigit, number)) >= MIN_PHONE_DIGITS and (not number.isdigit() or number.startswith("0"))
