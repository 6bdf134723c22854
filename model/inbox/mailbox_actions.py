"""What is done in the mailbox to a mail that is sorted; doing it again changes nothing more."""

import re

from data.imap import Filing
from data.mailbox_progress import PendingAction
from data.taxonomy import Taxonomy

NOTHING, LABEL, MOVE = "nothing", "label", "move"
SAYS = {
    NOTHING: "nothing in it is changed",
    LABEL: "each mail gets a keyword",
    MOVE: "what is decided moves to its category's folder",
}
ASK = "Mailroom-ask"
"""The keyword where a person should decide."""


def keyword(category: str) -> str:
    """The keyword of a category: an atom of letters that every server takes (RFC 9051, flag-keyword)."""
    return f"Mailroom-{re.sub('[^A-Za-z0-9_.-]', '-', category)}"


def folder(category: str, taxonomy: Taxonomy) -> str:
    """The folder of a category: its name, without what stands for many folders at once."""
    known = taxonomy.categories.get(category)
    name = re.sub(r'[%*\\/"\x00-\x1f\x7f]', "-", known.name if known else category).strip()
    return name or "Mailroom"


def act_on_mail(owed: PendingAction, action: str, filing: Filing, taxonomy: Taxonomy) -> None:
    """Mark a mail, or file what the machine decided on. Raises MailboxUnavailable, ServerDeclined."""
    word = keyword(owed.category) if owed.decided else ASK
    target = folder(owed.category, taxonomy)
    if action == LABEL or not owed.decided or filing.here(target):
        filing.mark(owed.uid, word)
    elif filing.moves:
        filing.move(owed.uid, target)
    else:
        if not (owed.again and filing.holds(target, owed.uid, owed.message_id, owed.fingerprint)):
            filing.copy(owed.uid, target)
        filing.mark(owed.uid, word)
