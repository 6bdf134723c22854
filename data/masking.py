"""Masks personal data in texts: e-mail addresses, IBANs, card and phone numbers become marks such as [phone]."""

import re
from collections.abc import Iterator
from dataclasses import replace

from data.mail import TriagedMail
from data.schema import Email

PHONE_REGIONS = ("US", "GB", "DE", "FR")
"""Regions whose national formats are tried on phone numbers without a country code."""

MIN_PHONE_DIGITS = 9
"""Minimum digits of a phone number that no word such as "call" precedes."""

EMAIL_MASK, IBAN_MASK, CARD_MASK, PHONE_MASK = "[e-mail]", "[IBAN]", "[card]", "[phone]"

_CONTEXT_CHARACTERS = 32
"""Characters before a number that are searched for a word that tells its kind."""

_ADDRESS = re.compile(r"(?<![\w.+'=&~-])[\w.+'=&~-]++(?:@|%40)[\w-]++(?:\.[\w-]++)++")
_IBAN = re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_CARD = re.compile(
    r"(?<![\w-])(?:(?:4[0-9]{3}|5[1-5][0-9]{2}|2[2-7][0-9]{2}|6[0-9]{3})([ \u00a0.-]?)[0-9]{4}\1[0-9]{4}\1[0-9]{4}"
    r"|3[47][0-9]{2}([ \u00a0.-]?)[0-9]{6}\2[0-9]{5}|3[068][0-9]{2}([ \u00a0.-]?)[0-9]{6}\3[0-9]{4}"
    r"|4[0-9]{12}|[46][0-9]{16,18})(?![0-9])"
)
_SEVEN_DIGITS = re.compile(r"(?:[0-9][^\w\n]{0,4}){7}")
_KIND_WORDS = re.compile(
    r"(phone|tel\b|call|mobile|cell|ring|reach|fax|whatsapp|sms|dial|my number)"
    r"|order|invoice|ticket|case|ref\b|refer|track|account|customer|booking|serial|parcel|\bid\b|\bno\b|#",
    re.IGNORECASE,
)


def mask_text(text: str) -> str:
    """The text with marks for addresses and numbers; dates, amounts and order numbers stay."""
    if "@" in text or "%40" in text:
        text = _ADDRESS.sub(EMAIL_MASK, text)
    if not _SEVEN_DIGITS.search(text) and not _IBAN.search(text):
        return text
    text = _CARD.sub(_mask_card, _IBAN.sub(_mask_iban, text))
    return _mask_phones(text) if _SEVEN_DIGITS.search(text) else text


def mask_email(email: Email) -> Email:
    """An email with subject and body masked, and without its sender."""
    masked = {"subject": mask_text(email.subject), "body": mask_text(email.body)}
    return email.model_copy(update={**masked, "sender": None})


def mask_mail(triaged_mail: TriagedMail) -> TriagedMail:
    """A mail with all its texts masked, and without message and thread id."""
    mail, email = triaged_mail.mail, mask_email(triaged_mail.mail.email)
    texts = {name: mask_text(getattr(mail, name)) for name in _TEXT_FIELDS}
    lists = {name: tuple(map(mask_text, getattr(mail, name))) for name in ("attachments", "notes")}
    places = {name: mask_text(getattr(triaged_mail, name)) for name in ("file", "position", "own_id")}
    mail = replace(mail, email=email, message_id="", thread_id="", **texts, **lists)
    return replace(triaged_mail, triaged=replace(triaged_mail.triaged, email=email), mail=mail, **places)


_TEXT_FIELDS = ("quoted", "signature", "footer", "forwarded", "automatic", "given")


def _mask_iban(match: re.Match[str]) -> str:
    """Masks the longest run of words with a valid check sum: words in capitals may follow the IBAN."""
    from stdnum import iban

    words = match.group().split(" ")
    for count in range(len(words), 0, -1):
        if iban.is_valid("".join(words[:count]), check_country=False):
            return " ".join([IBAN_MASK, *words[count:]])
    return match.group()


def _mask_card(match: re.Match[str]) -> str:
    """Masks a number whose Luhn check digit is right."""
    from stdnum import luhn

    digits = re.sub(r"[^0-9]", "", match.group())
    return CARD_MASK if luhn.is_valid(digits) else match.group()


def _mask_phones(text: str) -> str:
    parts, position = [], 0
    for start, end in sorted(set(_find_phones(text))):
        if start >= position:
            parts += (text[position:start], PHONE_MASK)
            position = end
    return "".join([*parts, text[position:]])


def _find_phones(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each phone number, written as in one of the regions or with a country code."""
    from phonenumbers import Leniency, PhoneNumberMatcher

    for region in PHONE_REGIONS:
        for found in PhoneNumberMatcher(text, region, leniency=Leniency.STRICT_GROUPING):
            if _is_phone(found.raw_string, text[max(0, found.start - _CONTEXT_CHARACTERS) : found.start]):
                yield found.start, found.end


def _is_phone(number: str, before: str) -> bool:
    """Decides by the country code, else by the last word before it that tells its kind, else by its format."""
    if number.startswith("+"):
        return True
    if kinds := _KIND_WORDS.findall(before):
        return bool(kinds[-1])
    return sum(map(str.isdigit, number)) >= MIN_PHONE_DIGITS and (not number.isdigit() or number.startswith("0"))
