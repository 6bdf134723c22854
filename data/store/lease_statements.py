"""SQL statements that lease mails of a mailbox to watchers."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from data.mailbox_progress import (
    MAIL_ACTING,
    MAIL_DONE,
    MAIL_LEASED,
    MAIL_PENDING,
    MAIL_REPLACED,
    MAIL_WAITING,
    Lease,
    Numbering,
)
from data.store.tables import seen_table

SEEN = seen_table.c
"""The columns of the table of mailbox mails."""


def in_numbering(box: Numbering) -> Any:
    """Condition: rows of that mailbox and UIDVALIDITY."""
    return (SEEN.mailbox == box.mailbox) & (SEEN.validity == box.validity)


def is_free(now: datetime) -> Any:
    """Condition: mails that wait, or whose lease has expired."""
    return (SEEN.state == MAIL_WAITING) | ((SEEN.state == MAIL_LEASED) & (SEEN.until < now))


def is_action_due(now: datetime) -> Any:
    """Condition: mails with a pending action, or whose action's lease has expired."""
    return (SEEN.state == MAIL_PENDING) | ((SEEN.state == MAIL_ACTING) & (SEEN.until < now))


def update_held(box: Numbering, by: str, state: str = MAIL_LEASED) -> sa.Update:
    """An update of the mails that a watcher holds in that state."""
    return seen_table.update().where(in_numbering(box), SEEN.by == by, SEEN.state == state)


def lease_rows(connection: sa.Connection, box: Numbering, lease: Lease, which: Any, state: str) -> list[int]:
    """Leases the first of those rows that nobody else is leasing at this moment. Returns their uids, ascending."""
    query = (
        sa.select(SEEN.uid).where(in_numbering(box), which, SEEN.uid <= lease.upto).order_by(SEEN.uid).limit(lease.most)
    )
    uids = list(connection.execute(query.with_for_update(skip_locked=True)).scalars())
    update = seen_table.update().where(in_numbering(box), SEEN.uid.in_(uids))
    if uids:
        own = {"state": state, "by": lease.by, "until": lease.until, "attempts": SEEN.attempts + 1}
        connection.execute(update.values(own))
    return uids


def finish_renumbered(connection: sa.Connection, box: Numbering, by: str, uid: int, fingerprint: str) -> bool:
    """Gives a leased mail the decision of an equal mail under an earlier UIDVALIDITY, if there is one.

    That earlier row is then replaced, so that each is used once.
    """
    triaged_before = (SEEN.mailbox == box.mailbox) & (SEEN.validity != box.validity) & SEEN.state.in_(_TRIAGED_STATES)
    query = seen_table.select().where(triaged_before, SEEN.fingerprint == fingerprint)
    query = query.order_by(SEEN.validity, SEEN.uid).limit(1).with_for_update(skip_locked=True)
    old = connection.execute(query).mappings().first()
    if not old:
        return False
    state = MAIL_DONE if old["state"] == MAIL_DONE else MAIL_PENDING
    copied = {name: old[name] for name in ("fingerprint", "email_id", "attempts")}
    if connection.execute(update_held(box, by).where(SEEN.uid == uid).values(state=state, by="", **copied)).rowcount:
        key = (SEEN.mailbox == box.mailbox) & (SEEN.validity == old["validity"]) & (SEEN.uid == old["uid"])
        connection.execute(seen_table.update().where(key).values(state=MAIL_REPLACED))
    return True


_TRIAGED_STATES: Collection[str] = (MAIL_DONE, MAIL_PENDING, MAIL_ACTING)
