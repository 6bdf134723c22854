"""What goes wrong with a mailbox, in sentences."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from imaplib import IMAP4

Abort = IMAP4.abort
"""The connection is of no more use."""


class MailboxUnavailable(Exception):
    """The mailbox cannot be worked with just now; the message says why, in a sentence."""


class SignInRefused(MailboxUnavailable):
    """The server does not take user or password: trying at once again could lock the account."""


class ServerDeclined(MailboxUnavailable):
    """The server declines to change something, but can be read from."""


@contextmanager
def raising_mailbox_unavailable(host: str, seconds: float) -> Iterator[None]:
    """Let all that can go wrong on the way to a server be MailboxUnavailable."""
    try:
        yield
    except MailboxUnavailable:
        raise
    except TimeoutError:
        raise MailboxUnavailable(f"{host} does not answer: nothing came for {seconds:g} s.") from None
    except (IMAP4.error, OSError) as error:
        raise MailboxUnavailable(error_sentence(error, host)) from None


def error_sentence(error: Exception, host: str) -> str:
    """What it means for whoever waits for mail."""
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
    """A server's own words, on one line and not too many."""
    said = " ".join(str(error).split()).strip(" .")
    return said if len(said) < 200 else f"{said[:200]} ..."
