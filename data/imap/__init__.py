"""Folders on IMAP servers; all that can go wrong with them is MailboxAway."""

from data.imap.account import Account, account
from data.imap.filing import Filing
from data.imap.mailbox import Mailbox
from data.imap.trouble import MailboxAway, SignInRefused, Unwilling

__all__ = ["Account", "Filing", "Mailbox", "MailboxAway", "SignInRefused", "Unwilling", "account"]
