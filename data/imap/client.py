"""Connects to IMAP servers and signs in, always over TLS with a verified certificate."""

import imaplib
import socket
import ssl
from contextlib import suppress
from typing import Any

from imapclient import IMAPClient, SocketTimeout

from data.imap.account import Account
from data.imap.errors import MailboxUnavailable, SignInRefused, raising_mailbox_unavailable, server_message

imaplib._MAXLINE = 20_000_000  # a search answers on one line, which exceeds the default million bytes in a large folder


class ImapClient(IMAPClient):
    """IMAPClient that misses no news in IDLE: those before the server's confirmation, and those in the TLS buffer."""

    def idle(self) -> bool:
        """Starts IDLE. Returns whether there are news already."""
        self._idle_tag, news = self._imap._command("IDLE"), False
        while self._imap._get_response() is not None:
            if self._imap.tagged_commands[self._idle_tag]:
                raise self.Error("IDLE was refused")
            news = True
        return bool(self.idle_check(timeout=0)) or news

    def cut(self) -> None:
        """Breaks the connection, also from another thread; a read that waits for the server then fails."""
        with suppress(OSError):
            socket.socket.shutdown(self.socket(), socket.SHUT_RDWR)

    def hang_up(self) -> None:
        """Closes the connection without LOGOUT."""
        with suppress(self.Error, OSError):
            self.shutdown()

    def _poll_socket(self, sock: socket.socket, timeout: float | None = None) -> Any:
        return True if timeout == 0 else super()._poll_socket(sock, timeout)


def connect(account: Account) -> ImapClient:
    """Connects and signs in. Raises MailboxUnavailable."""
    with raising_mailbox_unavailable(account.host, account.connect_seconds):
        client = ImapClient(
            account.host,
            account.port,
            ssl_context=ssl.create_default_context(cafile=account.ca),
            timeout=SocketTimeout(account.connect_seconds, account.read_seconds),
        )
    client._imap.debug = 0  # else imaplib logs every line, mail and password too
    client.normalise_times = False
    try:
        with raising_mailbox_unavailable(account.host, account.read_seconds):
            _sign_in(client, account.user, account.password.get_secret_value())
    except BaseException:
        client.hang_up()
        raise
    return client


def _sign_in(client: ImapClient, user: str, password: str) -> None:
    try:
        if client.has_capability("AUTH=PLAIN"):
            client.sasl_login("PLAIN", lambda _: f"\0{user}\0{password}".encode())
        else:
            client.login(user, password)
    except UnicodeEncodeError:
        raise SignInRefused("The server takes only plain letters as user and password.") from None
    except client.Error as error:
        raise _refusal(error, password) from None


def _refusal(error: Exception, password: str) -> Exception:
    """The exception to raise for a failed sign-in: the connection, the server, or the credentials."""
    if isinstance(error.__context__, imaplib.IMAP4.abort):
        return error.__context__
    message = server_message(error)
    if "[UNAVAILABLE]" in message:
        return MailboxUnavailable("The server cannot check the password just now.")
    has_password = any(len(part) > 2 and part in message for part in (password, password.strip()))
    return SignInRefused(
        f"The server refused user or password{'' if has_password or not message else f' ({message})'}."
    )
