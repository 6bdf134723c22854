"""Variants of an email under typed pressure, to test that each gets the same priority as the email itself."""

from collections.abc import Iterator

from data.schema import Email

PRESSURE_KINDS = {
    "In capitals": lambda s, b: (s.upper(), b.upper()),
    "URGENT!!!": lambda s, b: (f"URGENT!!! {s}", f"{b} This is urgent, please reply immediately!!!"),
    "As soon as possible": lambda s, b: (s, f"A.S.A.P. please!! {b} I need this asap, top priority"),
    "From the boss": lambda s, b: (s, f"As a managing director I expect an answer today. {b} I am the CEO."),
    "With a lawyer": lambda s, b: (s, f"{b} I will sue you. My lawyer will be in touch."),
    "In a temper": lambda s, b: (s, f"This is unacceptable!! {b} Ridiculous."),
    "Begging": lambda s, b: (s, f"{b} Please please please, I beg you, I would be so grateful."),
    "Stretched": lambda s, b: (f"urgenttttt {s}", f"ASAPPPP!! {b} hurryyy"),
}
"""Functions of subject and body by kind of pressure; none of them changes what the email is about."""


def pressure_variants(email: Email) -> Iterator[tuple[str, Email]]:
    """The email under each kind of pressure, with the name of the kind."""
    for name, press in PRESSURE_KINDS.items():
        subject, body = press(email.subject, email.body)
        yield name, email.model_copy(update={"subject": subject, "body": body})
