"""Which mails of a mailbox were looked at, and who has them in hand."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from data.mail import FROM_MAILBOX, RejectedMail, TriagedMail
from data.mailbox_progress import ACTING, BAD, LEASED, PENDING, WAITING, Lease, Numbering, Owed, position
from data.store.inbox import add_arrived
from data.store.lease_statements import free, held, renumber, seen, take, undone, within
from data.store.tables import bad_mail_table, batch_table, mail_table, seen_table, triaged_table
from data.store.watchers import Watchers

MOST_ATTEMPTS = 3


class Seen(Watchers):
    """A mail is leased before it is read, and seen once its decision is kept. What returned is on disk."""

    def highest(self, box: Numbering) -> int:
        """The highest uid that is known, 0 where none is."""
        found = self._database.rows(sa.select(sa.func.max(seen.uid).label("uid")).where(within(box)))
        return found[0]["uid"] or 0

    def add(self, box: Numbering, uids: Sequence[int], at: datetime) -> None:
        """Let mails wait, those that are not known yet."""
        new = {"mailbox": box.mailbox, "validity": box.validity, "until": at, "state": WAITING, **_NOBODY}
        rows = [{**new, "uid": uid, "fingerprint": ""} for uid in uids]
        add = self._database.insert(seen_table).on_conflict_do_nothing()
        if rows:
            self._database.write(lambda connection: connection.execute(add, rows))

    def take(self, box: Numbering, lease: Lease) -> list[int]:
        """Lease the first mails that wait. One that was leased in vain before is leased alone, and after all others."""
        fresh = (seen.state == WAITING) & (seen.attempts == 0)
        tried = free(lease.at) & (seen.attempts < MOST_ATTEMPTS)

        def work(connection: sa.Connection) -> list[int]:
            some = take(connection, box, lease, fresh, LEASED)
            return some or take(connection, box, replace(lease, most=1), tried, LEASED)

        return self._database.write(work)

    def renew(self, box: Numbering, by: str, until: datetime) -> None:
        """Keep what is leased for longer."""
        self._write(held(box, by).values(until=until))

    def give_back(self, box: Numbering, by: str, tried: Sequence[int] = ()) -> None:
        """Let others have what is leased. It counts as an attempt only for the uids that were tried."""
        attempts = sa.case((seen.uid.in_(tried), seen.attempts), else_=seen.attempts - 1)
        self._write(
            held(box, by, ACTING).values(state=PENDING),
            held(box, by).values(state=WAITING, by="", attempts=attempts),
        )

    def give_up(self, box: Numbering, now: datetime, reason: str) -> list[int]:
        """Leave alone what was leased so often without ever being finished, and record it as bad. Returns the uids."""
        spent = seen_table.update().where(within(box), free(now), seen.attempts >= MOST_ATTEMPTS)

        def work(connection: sa.Connection) -> list[int]:
            uids = sorted(connection.execute(spent.values(state=BAD).returning(seen.uid)).scalars())
            if uids:
                bad = [RejectedMail(box.folder, position(uid), reason) for uid in uids]
                rows = [{"batch_id": box.mailbox, **asdict(one)} for one in bad]
                connection.execute(bad_mail_table.insert(), rows)
                connection.execute(_counted(box, now, bad=batch_table.c.bad + len(uids)))
            return uids

        return self._database.write(work)

    def again(self, box: Numbering, by: str, fingerprints: Mapping[int, str]) -> set[int]:
        """Finish those leased mails that were sorted under an earlier numbering, one for one. Returns the uids."""
        earlier = sa.select(seen.uid).where(seen.mailbox == box.mailbox, seen.validity != box.validity).limit(1)
        if not self._database.rows(earlier):
            return set()
        return self._database.write(
            lambda connection: {
                uid for uid, fingerprint in fingerprints.items() if renumber(connection, box, by, uid, fingerprint)
            }
        )

    def keep(
        self, box: Numbering, by: str, found: Mapping[int, tuple[str, TriagedMail]], state: str, at: datetime
    ) -> list[int]:
        """Add decisions on leased mails, with their fingerprints, all or none. Returns the uids.

        Those that somebody else has leased in the meantime are left out.
        """
        mine = held(box, by).where(seen.uid.in_(found)).values(state=state, until=at, **_NOBODY).returning(seen.uid)
        one = seen_table.update().where(within(box), seen.uid == sa.bindparam("of"))
        one = one.values(fingerprint=sa.bindparam("print"), email_id=sa.bindparam("email"))

        def work(connection: sa.Connection) -> list[int]:
            uids = sorted(connection.execute(mine).scalars())
            if uids:
                kept = [(uid, *found[uid]) for uid in uids]
                add_arrived(connection, box.mailbox, FROM_MAILBOX, [arrived for _, _, arrived in kept])
                connection.execute(one, [{"of": u, "print": f, "email": a.triaged.id} for u, f, a in kept])
                connection.execute(_counted(box, at, read=batch_table.c.read + len(uids)))
            return uids

        return self._database.write(work)

    def finish(self, box: Numbering, by: str, uids: Sequence[int], state: str, have: str = LEASED) -> None:
        """Let mails that somebody has in hand be done with."""
        if uids:
            self._write(held(box, by, have).where(seen.uid.in_(uids)).values(state=state, by=""))

    def owed(self, box: Numbering, lease: Lease) -> list[Owed]:
        """Lease the first mails to which something is still to be done."""

        def work(connection: sa.Connection) -> list[Owed]:
            uids = take(connection, box, lease, undone(lease.at), ACTING)
            found = connection.execute(_OWED.where(within(box), seen.uid.in_(uids))).mappings()
            return [Owed(**row) for row in found]

        return self._database.write(work)

    def _write(self, *statements: Any) -> None:
        self._database.write(lambda connection: [connection.execute(one) for one in statements])


def _counted(box: Numbering, at: datetime, **values: Any) -> sa.Update:
    return batch_table.update().where(batch_table.c.id == box.mailbox).values(beat_at=at, **values)


_NOBODY = {"by": "", "attempts": 0}
_OWED = (
    sa.select(
        seen.uid,
        triaged_table.c.category,
        (triaged_table.c.action == "route").label("decided"),
        mail_table.c.message_id,
        seen.fingerprint,
        (seen.attempts > 1).label("again"),
    )
    .select_from(
        seen_table.join(triaged_table, triaged_table.c.id == seen.email_id).join(
            mail_table, mail_table.c.email_id == seen.email_id
        )
    )
    .order_by(seen.uid)
)
