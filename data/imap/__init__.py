"""Folders on IMAP servers; all that can go wrong with them is MailboxAway."""

from data.imap.account import Account, account
from data.imap.errors import MailboxAway, SignInRefused, Unwilling
from data.imap.filing import Filing
from data.imap.mailbox import Mailbox

__all__ = ["Account", "Filing", "Mailbox", "MailboxAway", "SignInRefused", "Unwilling", "account"]
