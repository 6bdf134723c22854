"""Reads and changes folders on IMAP servers; every failure is raised as MailboxUnavailable."""

from data.imap.account import Account, account
from data.imap.errors import MailboxUnavailable, ServerDeclined, SignInRefused
from data.imap.filing import Filing
from data.imap.mailbox import Mailbox

__all__ = ["Account", "Filing", "Mailbox", "MailboxUnavailable", "ServerDeclined", "SignInRefused", "account"]
