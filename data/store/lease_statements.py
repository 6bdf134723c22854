"""The statements by which mails of a mailbox are leased."""

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


def in_numbering(box: Numbering) -> Any:
    """The rows of a mailbox in that numbering."""
    return (SEEN.mailbox == box.mailbox) & (SEEN.validity == box.validity)


def is_free(now: datetime) -> Any:
    """The rows that nobody has in hand, and those of whoever did not finish in time."""
    return (SEEN.state == MAIL_WAITING) | ((SEEN.state == MAIL_LEASED) & (SEEN.until < now))


def is_action_due(now: datetime) -> Any:
    """The same, of what is to be done in the mailbox."""
    return (SEEN.state == MAIL_PENDING) | ((SEEN.state == MAIL_ACTING) & (SEEN.until < now))


def update_held(box: Numbering, by: str, state: str = MAIL_LEASED) -> sa.Update:
    """An update of what somebody has in hand."""
    return seen_table.update().where(in_numbering(box), SEEN.by == by, SEEN.state == state)


def lease_rows(connection: sa.Connection, box: Numbering, lease: Lease, which: Any, state: str) -> list[int]:
    """Lease the first of those rows that nobody else is leasing at this moment. Returns their uids, rising."""
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
    """Finish a leased mail by one that was sorted under an earlier numbering, which is used up by that, if any."""
    sorted_before = (SEEN.mailbox == box.mailbox) & (SEEN.validity != box.validity) & SEEN.state.in_(_SORTED)
    query = seen_table.select().where(sorted_before, SEEN.fingerprint == fingerprint)
    query = query.order_by(SEEN.validity, SEEN.uid).limit(1).with_for_update(skip_locked=True)
    old = connection.execute(query).mappings().first()
    if not old:
        return False
    state = MAIL_DONE if old["state"] == MAIL_DONE else MAIL_PENDING
    same = {name: old[name] for name in ("fingerprint", "email_id", "attempts")}
    if connection.execute(update_held(box, by).where(SEEN.uid == uid).values(state=state, by="", **same)).rowcount:
        key = (SEEN.mailbox == box.mailbox) & (SEEN.validity == old["validity"]) & (SEEN.uid == old["uid"])
        connection.execute(seen_table.update().where(key).values(state=MAIL_REPLACED))
    return True


_SORTED: Collection[str] = (MAIL_DONE, MAIL_PENDING, MAIL_ACTING)
