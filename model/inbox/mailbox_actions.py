"""What is done in the mailbox to a mail that was triaged: a keyword, a move or a copy. Doing it twice is harmless."""

import re

from data.imap import Filing
from data.mailbox_progress import PendingAction
from data.taxonomy import Taxonomy

NOTHING, LABEL, MOVE = "nothing", "label", "move"
ACTION_SENTENCES = {
    NOTHING: "nothing in it is changed",
    LABEL: "each mail gets a keyword",
    MOVE: "what is decided moves to its category's folder",
}
ASK_KEYWORD = "Mailroom-ask"
"""The keyword of mail on which a person should decide."""


def category_keyword(category: str) -> str:
    """The IMAP keyword of a category, of letters that every server takes (RFC 9051, flag-keyword)."""
    return f"Mailroom-{re.sub('[^A-Za-z0-9_.-]', '-', category)}"


def category_folder(category: str, taxonomy: Taxonomy) -> str:
    """The IMAP folder of a category: its name without wildcards, separators and control characters."""
    known = taxonomy.categories.get(category)
    name = re.sub(r'[%*\\/"\x00-\x1f\x7f]', "-", known.name if known else category).strip()
    return name or "Mailroom"


def act_on_mail(pending: PendingAction, action: str, filing: Filing, taxonomy: Taxonomy) -> None:
    """Mark a mail, or move it where the machine decided on it. Raises MailboxUnavailable, ServerDeclined."""
    keyword = category_keyword(pending.category) if pending.decided else ASK_KEYWORD
    target = category_folder(pending.category, taxonomy)
    if action == LABEL or not pending.decided or filing.here(target):
        filing.mark(pending.uid, keyword)
    elif filing.moves:
        filing.move(pending.uid, target)
    else:
        if not (pending.again and filing.holds(target, pending.uid, pending.message_id, pending.fingerprint)):
            filing.copy(pending.uid, target)
        filing.mark(pending.uid, keyword)
