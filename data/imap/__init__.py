"""Folders on IMAP servers; all that can go wrong with them is MailboxUnavailable."""

from data.imap.account import Account, account
from data.imap.errors import MailboxUnavailable, ServerDeclined, SignInRefused
from data.imap.filing import Filing
from data.imap.mailbox import Mailbox

__all__ = ["Account", "Filing", "Mailbox", "MailboxUnavailable", "ServerDeclined", "SignInRefused", "account"]
