"""The parts that a line of a mail can belong to."""

BODY, QUOTED, SIGNATURE, FOOTER, FORWARDED = "body", "quoted", "signature", "footer", "forwarded"
