"""Labels, moves and copies mails on an IMAP server. Nothing is ever deleted."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from data.imap.errors import Abort, ServerDeclined, server_message
from data.imap.mailbox import Mailbox

MAX_COMPARED_COPIES = 20
"""The latest mails of a folder that are compared with one that may have been copied there before."""


class Filing:
    """Changes mails of an open mailbox. Methods raise MailboxUnavailable, or its subclass ServerDeclined."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox, self._client = mailbox, mailbox.client
        self._existing: set[str] = set()

    @property
    def moves(self) -> bool:
        """Whether the server supports MOVE, and not only COPY."""
        return self._client.has_capability("MOVE")

    def here(self, folder: str) -> bool:
        """Whether a folder is the watched one."""
        return self._path(folder) == self._mailbox.account.folder

    def mark(self, uid: int, keyword: str) -> None:
        """Sets a keyword on a mail."""
        permanent = {flag.lower() for flag in self._mailbox.folder.get(b"PERMANENTFLAGS", ())}
        if not permanent & {b"\\*", keyword.lower().encode()}:
            raise ServerDeclined("The server keeps no keywords in this folder: set MAILBOX_ACTION to nothing.")
        with self._raising_declined(f"The keyword {keyword} could not be set"):
            self._client.add_flags([uid], [keyword], silent=True)

    def move(self, uid: int, folder: str) -> None:
        """Moves a mail to another folder, which is created where missing; a mail that is gone is ignored."""
        with self._raising_declined(f"A mail could not be moved to {folder}"):
            self._client.move([uid], self._create(folder))

    def copy(self, uid: int, folder: str) -> None:
        """Copies a mail to another folder, which is created where missing."""
        with self._raising_declined(f"A mail could not be copied to {folder}"):
            self._client.copy([uid], self._create(folder))

    def holds(self, folder: str, uid: int, message_id: str, fingerprint: str) -> bool:
        """Whether a folder holds an equal mail already, or the mail itself is gone."""
        size = self._mailbox.sizes([uid]).get(uid)
        if size is None:
            return True
        can_search = message_id.isascii() and message_id.isprintable() and message_id
        criteria = ["HEADER", "Message-ID", message_id] if can_search else ["LARGER", size - 1, "SMALLER", size + 1]
        try:
            with self._raising_declined(f"The folder {folder} could not be looked into"):
                self._client.select_folder(self._create(folder), readonly=True)
                found = sorted(self._client.search(criteria))[-MAX_COMPARED_COPIES:]
            messages = (self._mailbox.fetch(uid, size) for uid in found)
            return any(message and message.fingerprint == fingerprint for message in messages)
        finally:
            self._mailbox.select()

    def _create(self, folder: str) -> str:
        """Creates a folder where it is missing. Returns its full name."""
        path = self._path(folder)
        for step in () if path in self._existing else (self._client.create_folder, self._client.subscribe_folder):
            try:
                step(path)
            except Abort:
                raise
            except self._client.Error:
                pass  # it exists already; if not, using it raises the reason
        self._existing.add(path)
        return path

    def _path(self, folder: str) -> str:
        prefix, delimiter = self._personal
        return prefix + (folder.replace(delimiter, "-") if delimiter else folder)

    @cached_property
    def _personal(self) -> tuple[str, str]:
        """Prefix and delimiter of the names of the user's own folders (RFC 2342)."""
        with self._mailbox.raising_unavailable():
            if self._client.has_capability("NAMESPACE") and (personal := self._client.namespace().personal):
                return personal[0][0] or "", personal[0][1] or ""
            listed = self._client.list_folders("", "")
        return "", (listed[0][1] or b"").decode() if listed else ""

    @contextmanager
    def _raising_declined(self, failed: str) -> Iterator[None]:
        """Raises a refused command as ServerDeclined, with a sentence that begins with `failed`."""
        with self._mailbox.raising_unavailable():
            try:
                yield
            except Abort:
                raise
            except self._client.Error as error:
                raise ServerDeclined(f"{failed} ({server_message(error)}).") from None
