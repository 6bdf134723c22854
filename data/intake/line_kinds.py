"""The parts of a mail's text to which a line can belong."""

BODY, QUOTED, SIGNATURE, FOOTER, FORWARDED = "body", "quoted", "signature", "footer", "forwarded"
