"""Tables that people upload: encoding, separator, header, rows, and what each column holds."""
