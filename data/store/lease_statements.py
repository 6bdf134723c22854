"""The statements by which mails of a mailbox are leased."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from data.mailbox_progress import ACTING, DONE, LEASED, PENDING, REPLACED, WAITING, Lease, Numbering
from data.store.tables import seen_table

seen = seen_table.c


def within(box: Numbering) -> Any:
    """The rows of a mailbox in that numbering."""
    return (seen.mailbox == box.mailbox) & (seen.validity == box.validity)


def free(now: datetime) -> Any:
    """The rows that nobody has in hand, and those of whoever did not finish in time."""
    return (seen.state == WAITING) | ((seen.state == LEASED) & (seen.until < now))


def undone(now: datetime) -> Any:
    """The same, of what is to be done in the mailbox."""
    return (seen.state == PENDING) | ((seen.state == ACTING) & (seen.until < now))


def held(box: Numbering, by: str, state: str = LEASED) -> sa.Update:
    """An update of what somebody has in hand."""
    return seen_table.update().where(within(box), seen.by == by, seen.state == state)


def take(connection: sa.Connection, box: Numbering, lease: Lease, which: Any, state: str) -> list[int]:
    """Lease the first of those rows that nobody else is leasing at this moment. Returns their uids, rising."""
    query = sa.select(seen.uid).where(within(box), which, seen.uid <= lease.upto).order_by(seen.uid).limit(lease.most)
    uids = list(connection.execute(query.with_for_update(skip_locked=True)).scalars())
    update = seen_table.update().where(within(box), seen.uid.in_(uids))
    if uids:
        own = {"state": state, "by": lease.by, "until": lease.until, "attempts": seen.attempts + 1}
        connection.execute(update.values(own))
    return uids


def renumber(connection: sa.Connection, box: Numbering, by: str, uid: int, fingerprint: str) -> bool:
    """Finish a leased mail by one that was sorted under an earlier numbering, which is used up by that, if any."""
    sorted_before = (seen.mailbox == box.mailbox) & (seen.validity != box.validity) & seen.state.in_(_SORTED)
    query = seen_table.select().where(sorted_before, seen.fingerprint == fingerprint)
    query = query.order_by(seen.validity, seen.uid).limit(1).with_for_update(skip_locked=True)
    old = connection.execute(query).mappings().first()
    if not old:
        return False
    state = DONE if old["state"] == DONE else PENDING
    same = {name: old[name] for name in ("fingerprint", "email_id", "attempts")}
    if connection.execute(held(box, by).where(seen.uid == uid).values(state=state, by="", **same)).rowcount:
        key = (seen.mailbox == box.mailbox) & (seen.validity == old["validity"]) & (seen.uid == old["uid"])
        connection.execute(seen_table.update().where(key).values(state=REPLACED))
    return True


_SORTED: Collection[str] = (DONE, PENDING, ACTING)
