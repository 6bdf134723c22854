"""Stores the progress of each mail of a watched mailbox, and the leases of watchers."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from data.mail import RejectedMail, TriagedMail
from data.mailbox_progress import (
    MAIL_ACTING,
    MAIL_BAD,
    MAIL_LEASED,
    MAIL_PENDING,
    MAIL_WAITING,
    Lease,
    Numbering,
    PendingAction,
    uid_position,
)
from data.provenance import MailboxLease
from data.store.lease_statements import (
    SEEN,
    finish_renumbered,
    in_numbering,
    is_action_due,
    is_free,
    lease_rows,
    update_held,
)
from data.store.tables import bad_mail_table, batch_table, mail_table, seen_table, triaged_table
from data.store.watchers import WatcherStore

MAX_ATTEMPTS = 3
"""Leases of one mail after which it is given up as bad."""


class MailboxProgress(WatcherStore):
    """The table of mailbox mails. A mail is leased before it is read, and finished together with its decision.

    `by` is the id of a watcher.
    """

    def highest_uid(self, box: Numbering) -> int:
        """The highest known uid, 0 where none is known."""
        found = self._database.rows(sa.select(sa.func.max(SEEN.uid).label("uid")).where(in_numbering(box)))
        return found[0]["uid"] or 0

    def add(self, box: Numbering, uids: Sequence[int], at: datetime) -> None:
        """Adds mails as waiting; known uids stay as they are."""
        new = {"mailbox": box.mailbox, "validity": box.validity, "until": at, "state": MAIL_WAITING, **_NO_LEASE}
        rows = [{**new, "uid": uid, "fingerprint": ""} for uid in uids]
        add = self._database.insert(seen_table).on_conflict_do_nothing()
        if rows:
            self._database.write(lambda connection: connection.execute(add, rows))

    def lease(self, box: Numbering, lease: Lease) -> list[int]:
        """Leases the first waiting mails. Returns their uids; a mail with a failed attempt comes last, and alone."""
        fresh = (SEEN.state == MAIL_WAITING) & (SEEN.attempts == 0)
        tried = is_free(lease.at) & (SEEN.attempts < MAX_ATTEMPTS)

        def work(connection: sa.Connection) -> list[int]:
            uids = lease_rows(connection, box, lease, fresh, MAIL_LEASED)
            return uids or lease_rows(connection, box, replace(lease, most=1), tried, MAIL_LEASED)

        return self._database.write(work)

    def renew(self, box: Numbering, by: str, until: datetime) -> None:
        """Extends the leases of a watcher."""
        self._write(update_held(box, by).values(until=until))

    def give_back(self, box: Numbering, by: str, tried: Sequence[int] = ()) -> None:
        """Ends the leases of a watcher unfinished; only for the uids in `tried` it counts as an attempt."""
        attempts = sa.case((SEEN.uid.in_(tried), SEEN.attempts), else_=SEEN.attempts - 1)
        self._write(
            update_held(box, by, MAIL_ACTING).values(state=MAIL_PENDING),
            update_held(box, by).values(state=MAIL_WAITING, by="", attempts=attempts),
        )

    def give_up(self, box: Numbering, now: datetime, reason: str) -> list[int]:
        """Marks mails as bad that have used up their attempts, and records why. Returns their uids."""
        spent = seen_table.update().where(in_numbering(box), is_free(now), SEEN.attempts >= MAX_ATTEMPTS)

        def work(connection: sa.Connection) -> list[int]:
            uids = sorted(connection.execute(spent.values(state=MAIL_BAD).returning(SEEN.uid)).scalars())
            if uids:
                bad = [RejectedMail(box.folder, uid_position(uid), reason) for uid in uids]
                rows = [{"batch_id": box.mailbox, **asdict(mail)} for mail in bad]
                connection.execute(bad_mail_table.insert(), rows)
                connection.execute(_count_in_batch(box, now, bad=batch_table.c.bad + len(uids)))
            return uids

        return self._database.write(work)

    def finish_known_mails(self, box: Numbering, by: str, fingerprints: Mapping[int, str]) -> set[int]:
        """Finishes leased mails that were triaged under an earlier UIDVALIDITY, by fingerprint. Returns their uids."""
        earlier = sa.select(SEEN.uid).where(SEEN.mailbox == box.mailbox, SEEN.validity != box.validity).limit(1)
        if not self._database.rows(earlier):
            return set()
        return self._database.write(
            lambda connection: {
                uid
                for uid, fingerprint in fingerprints.items()
                if finish_renumbered(connection, box, by, uid, fingerprint)
            }
        )

    def finish(self, box: Numbering, by: str, uids: Sequence[int], state: str, have: str = MAIL_LEASED) -> None:
        """Sets the state of mails that a watcher holds, and ends their leases."""
        if uids:
            self._write(update_held(box, by, have).where(SEEN.uid.in_(uids)).values(state=state, by=""))

    def lease_actions(self, box: Numbering, lease: Lease) -> list[PendingAction]:
        """Leases the first mails whose action in the mailbox is due."""

        def work(connection: sa.Connection) -> list[PendingAction]:
            uids = lease_rows(connection, box, lease, is_action_due(lease.at), MAIL_ACTING)
            found = connection.execute(_ACTION_QUERY.where(in_numbering(box), SEEN.uid.in_(uids))).mappings()
            return [PendingAction(**row) for row in found]

        return self._database.write(work)

    def _write(self, *statements: Any) -> None:
        self._database.write(lambda connection: [connection.execute(statement) for statement in statements])


def still_leased(connection: sa.Connection, lease: MailboxLease, decided: Sequence[TriagedMail]) -> list[TriagedMail]:
    """Those of the mails that the watcher still holds; sets their final state."""
    uids = [lease.mails[mail.position][0] for mail in decided]
    mine = update_held(lease.box, lease.by).where(SEEN.uid.in_(uids))
    finished = mine.values(state=lease.state, until=lease.at, **_NO_LEASE).returning(SEEN.uid)
    held = set(connection.execute(finished).scalars())
    return [mail for mail, uid in zip(decided, uids, strict=True) if uid in held]


def finish_leased(connection: sa.Connection, lease: MailboxLease, kept: Sequence[TriagedMail]) -> None:
    """Records email id and fingerprint of each triaged mail, and counts them in the mailbox's batch."""
    if not kept:
        return
    update = seen_table.update().where(in_numbering(lease.box), SEEN.uid == sa.bindparam("of_uid"))
    update = update.values(fingerprint=sa.bindparam("new_print"), email_id=sa.bindparam("new_id"))
    by_position = [(*lease.mails[mail.position], mail.triaged.id) for mail in kept]
    connection.execute(update, [{"of_uid": uid, "new_print": print_, "new_id": id} for uid, print_, id in by_position])
    connection.execute(_count_in_batch(lease.box, lease.at, read=batch_table.c.read + len(kept)))


def _count_in_batch(box: Numbering, at: datetime, **values: Any) -> sa.Update:
    return batch_table.update().where(batch_table.c.id == box.mailbox).values(beat_at=at, **values)


_NO_LEASE = {"by": "", "attempts": 0}
_ACTION_QUERY = (
    sa.select(
        SEEN.uid,
        triaged_table.c.category,
        (triaged_table.c.action == "route").label("decided"),
        mail_table.c.message_id,
        SEEN.fingerprint,
        (SEEN.attempts > 1).label("again"),
    )
    .select_from(
        seen_table.join(triaged_table, triaged_table.c.id == SEEN.email_id).join(
            mail_table, mail_table.c.email_id == SEEN.email_id
        )
    )
    .order_by(SEEN.uid)
)
