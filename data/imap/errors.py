"""The errors of a mailbox, each with a sentence for people."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from imaplib import IMAP4

Abort = IMAP4.abort
"""Raised by imaplib where the connection cannot be used any more."""


class MailboxUnavailable(Exception):
    """The mailbox cannot be reached or used; the message is a sentence that says why."""


class SignInRefused(MailboxUnavailable):
    """The server refused user or password; a retry at once could lock the account."""


class ServerDeclined(MailboxUnavailable):
    """The server refused a change; reading still works."""


@contextmanager
def raising_mailbox_unavailable(host: str, seconds: float) -> Iterator[None]:
    """Raises every IMAP, TLS and network error in its body as MailboxUnavailable."""
    try:
        yield
    except MailboxUnavailable:
        raise
    except TimeoutError:
        raise MailboxUnavailable(f"{host} does not answer: nothing came for {seconds:g} s.") from None
    except (IMAP4.error, OSError) as error:
        raise MailboxUnavailable(error_sentence(error, host)) from None


def error_sentence(error: Exception, host: str) -> str:
    """The sentence for an error."""
    match error:
        case ssl.SSLCertVerificationError():
            return f"The certificate of {host} cannot be trusted ({error.verify_message})."
        case ssl.SSLError():
            return f"No TLS connection to {host} came about ({error.reason or 'it broke off'})."
        case socket.gaierror():
            return f"The name {host} leads to no server ({error.strerror})."
        case IMAP4.readonly():
            return "The folder may only be read: MAILBOX_ACTION must be nothing for it."
        case IMAP4.abort():
            return f"The connection to {host} broke off."
        case IMAP4.error():
            return f"{host} refused ({server_message(error)})."
    return f"{host} cannot be reached ({getattr(error, 'strerror', None) or error})."


def server_message(error: Exception) -> str:
    """The server's message in an error, on one line and at most about 200 characters."""
    message = " ".join(str(error).split()).strip(" .")
    return message if len(message) < 200 else f"{message[:200]} ..."
