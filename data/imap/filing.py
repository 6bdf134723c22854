"""What may be done to a mail in its folder: a keyword, a move, a copy. Nothing is ever deleted."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from data.imap.errors import Abort, ServerDeclined, server_message
from data.imap.mailbox import Mailbox

MAX_COMPARED_COPIES = 20
"""Mails of a folder that are compared with one that may have been copied there before, the latest ones."""


class Filing:
    """Changes to the mails of an open mailbox. Methods raise MailboxUnavailable, or ServerDeclined."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox, self._client = mailbox, mailbox.client
        self._known: set[str] = set()

    @property
    def moves(self) -> bool:
        """Whether the server can move a mail, rather than copy it."""
        return self._client.has_capability("MOVE")

    def here(self, folder: str) -> bool:
        """Whether a folder is the one that is open."""
        return self._path(folder) == self._mailbox.account.folder

    def mark(self, uid: int, keyword: str) -> None:
        """Set a keyword on a mail."""
        kept = {one.lower() for one in self._mailbox.folder.get(b"PERMANENTFLAGS", ())}
        if not kept & {b"\\*", keyword.lower().encode()}:
            raise ServerDeclined("The server keeps no keywords in this folder: set MAILBOX_ACTION to nothing.")
        with self._willing(f"The keyword {keyword} could not be set"):
            self._client.add_flags([uid], [keyword], silent=True)

    def move(self, uid: int, folder: str) -> None:
        """Put a mail into another folder, which is made where it is missing; nothing happens to one that is gone."""
        with self._willing(f"A mail could not be moved to {folder}"):
            self._client.move([uid], self.made(folder))

    def copy(self, uid: int, folder: str) -> None:
        """The same, but the mail stays here too."""
        with self._willing(f"A mail could not be copied to {folder}"):
            self._client.copy([uid], self.made(folder))

    def holds(self, folder: str, uid: int, message_id: str, fingerprint: str) -> bool:
        """Whether another folder has the same mail already, or the mail itself is gone."""
        size = self._mailbox.sizes([uid]).get(uid)
        if size is None:
            return True
        plain = message_id.isascii() and message_id.isprintable() and message_id
        sought = ["HEADER", "Message-ID", message_id] if plain else ["LARGER", size - 1, "SMALLER", size + 1]
        try:
            with self._willing(f"The folder {folder} could not be looked into"):
                self._client.select_folder(self.made(folder), readonly=True)
                found = sorted(self._client.search(sought))[-MAX_COMPARED_COPIES:]
            there = (self._mailbox.fetch(one, size) for one in found)
            return any(one and one.fingerprint == fingerprint for one in there)
        finally:
            self._mailbox.select()

    def made(self, folder: str) -> str:
        """The full name of a folder, which is there from now on."""
        path = self._path(folder)
        for step in () if path in self._known else (self._client.create_folder, self._client.subscribe_folder):
            try:
                step(path)
            except Abort:
                raise
            except self._client.Error:
                pass  # it is there already; if not, whoever wants to use it hears why
        self._known.add(path)
        return path

    def _path(self, folder: str) -> str:
        prefix, delimiter = self._personal
        return prefix + (folder.replace(delimiter, "-") if delimiter else folder)

    @cached_property
    def _personal(self) -> tuple[str, str]:
        """What the names of the user's own folders begin with, and what parts a folder from one within it."""
        with self._mailbox.sentences():
            if self._client.has_capability("NAMESPACE") and (personal := self._client.namespace().personal):
                return personal[0][0] or "", personal[0][1] or ""
            listed = self._client.list_folders("", "")
        return "", (listed[0][1] or b"").decode() if listed else ""

    @contextmanager
    def _willing(self, failed: str) -> Iterator[None]:
        with self._mailbox.sentences():
            try:
                yield
            except Abort:
                raise
            except self._client.Error as error:
                raise ServerDeclined(f"{failed} ({server_message(error)}).") from None
