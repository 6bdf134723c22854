"""A connection to an IMAP server, signed in; always TLS, with a certificate that is checked."""

import imaplib
import socket
import ssl
from contextlib import suppress
from typing import Any

from imapclient import IMAPClient, SocketTimeout

from data.imap.account import Account
from data.imap.errors import MailboxUnavailable, SignInRefused, raising_mailbox_unavailable, server_message

imaplib._MAXLINE = 20_000_000  # a search answers in one line: the usual million of bytes is too few for a large folder


class ImapClient(IMAPClient):
    """With what the library misses in IDLE: news before the server agrees to it, and news that lie in a buffer."""

    def idle(self) -> bool:
        """Begin to idle. Returns whether there is news already."""
        self._idle_tag, news = self._imap._command("IDLE"), False
        while self._imap._get_response() is not None:
            if self._imap.tagged_commands[self._idle_tag]:
                raise self.Error("IDLE was refused")
            news = True
        return bool(self.idle_check(timeout=0)) or news

    def cut(self) -> None:
        """Break the connection off, from another thread too: whoever waits for the server stops waiting."""
        with suppress(OSError):
            socket.socket.shutdown(self.socket(), socket.SHUT_RDWR)

    def hang_up(self) -> None:
        """Close the connection without a word."""
        with suppress(self.Error, OSError):
            self.shutdown()

    def _poll_socket(self, sock: socket.socket, timeout: float | None = None) -> Any:
        return True if timeout == 0 else super()._poll_socket(sock, timeout)


def connect(account: Account) -> ImapClient:
    """Connect and sign in. Raises MailboxUnavailable."""
    with raising_mailbox_unavailable(account.host, account.connect_seconds):
        client = ImapClient(
            account.host,
            account.port,
            ssl_context=ssl.create_default_context(cafile=account.ca),
            timeout=SocketTimeout(account.connect_seconds, account.read_seconds),
        )
    client._imap.debug = 0  # else the library logs every line that it sends and gets
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
    """What a failed sign-in means; the connection may be what failed."""
    if isinstance(error.__context__, imaplib.IMAP4.abort):
        return error.__context__
    said = server_message(error)
    if "[UNAVAILABLE]" in said:
        return MailboxUnavailable("The server cannot check the password just now.")
    repeats = any(len(part) > 2 and part in said for part in (password, password.strip()))
    return SignInRefused(f"The server refused user or password{'' if repeats or not said else f' ({said})'}.")
