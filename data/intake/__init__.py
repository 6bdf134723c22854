"""Parses hostile input into mails: raw messages, and files of any supported format.

Files: `files` detects the format (`formats`) and reads it: `mbox`, `zip_files`, `table_rows`.
One message: `message` parses its MIME parts within `limits` (`parts`, `payload`, `charset`, `headers`), converts them
to text (`body_text`, `html`, `plain_text`, `raw_text`), separates the sender's own words from quoted history, signature
and footer (`reply_parts`, `quoted_history`, `signatures`, `patterns`), and detects auto-generated mail
(`auto_generated`).
"""
