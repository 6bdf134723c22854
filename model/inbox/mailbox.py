"""One look at a mailbox: new mail is noted, leased, read, decided on and kept, and then marked or filed."""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Event
from typing import TYPE_CHECKING

from data.clock import now
from data.imap import Account, Filing, Mailbox, ServerDeclined
from data.imap.mailbox import FetchedMessage
from data.mail import BATCH_WATCHED, Batch, IntakeItem, Mail, MailboxLease, from_mailbox
from data.mailbox_progress import MAIL_ACTING, MAIL_DONE, MAIL_GONE, MAIL_PENDING, Lease, Numbering, uid_position
from data.schema import StoreUnavailable
from model.inbox.mailbox_actions import NOTHING, act_on_mail
from model.triage import Classifies, triage

if TYPE_CHECKING:
    from data.store import Store

AT_ONCE = 16
"""Mails that are leased, decided on and kept together."""

LEASE = timedelta(minutes=2)
"""After so long others may take what somebody has leased."""

SPENT = "Whatever read this mail stopped, three times over, so it is left alone. A person should look at it."

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LookResult:
    """What came of a look: how many mails were sorted, and a sentence where a server declines to mark or file."""

    sorted: int
    unwilling: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxSorter:
    """Sorts the mail of one account into the store. `me` is who leases it, unlike anybody else."""

    account: Account
    me: str
    store: Callable[[], "Store"]
    classifier: Classifies
    read: Callable[[bytes], Mail]
    action: str = NOTHING
    lease: timedelta = LEASE
    clock: Callable[[], datetime] = now

    def begin(self, mailbox: Mailbox) -> None:
        """Let the mailbox be a batch, like any drop of files, and give back what could not be finished before."""
        at = self.clock()
        self.store().inbox.begin(
            Batch(id=self.account.id, name=self.account.name, at=at, beat_at=at, state=BATCH_WATCHED)
        )
        self.store().mailbox_progress.give_back(self._numbering(mailbox), self.me)

    def round(self, mailbox: Mailbox, filing: Filing, stop: Event) -> LookResult:
        """Sort all that is there and unsorted, until `stop` is set. Raises MailboxUnavailable, StoreUnavailable."""
        box, seen = self._numbering(mailbox), self.store().mailbox_progress
        seen.add(box, mailbox.above(seen.highest(box)), self.clock())
        seen.give_up(box, self.clock(), SPENT)
        count = 0
        while not stop.is_set() and (uids := seen.take(box, self._lease(mailbox))):
            count += self._batch(mailbox, box, uids, stop)
            seen.give_up(box, self.clock(), SPENT)
        try:
            return LookResult(count, self._act(mailbox, box, filing, stop))
        finally:
            if stop.is_set():
                seen.give_back(box, self.me)

    def _numbering(self, mailbox: Mailbox) -> Numbering:
        return Numbering(self.account.id, mailbox.select(), self.account.folder)

    def _lease(self, mailbox: Mailbox) -> Lease:
        return Lease(self.me, self.clock(), self._until(), AT_ONCE, mailbox.last)

    def _until(self) -> datetime:
        return self.clock() + self.lease

    def _batch(self, mailbox: Mailbox, box: Numbering, uids: Sequence[int], stop: Event) -> int:
        """Sort leased mails. If that fails, it counts as an attempt at the mail where it did."""
        tried = uids
        try:
            sizes, found, until = mailbox.sizes(uids), {}, self._until()
            for uid in uids:
                if stop.is_set():
                    return 0
                if self.clock() > until - self.lease / 2:
                    until = self._until()
                    self.store().mailbox_progress.renew(box, self.me, until)
                tried = [uid]
                if uid in sizes and (fetched := mailbox.fetch(uid, sizes[uid])):
                    found[uid] = self._read(uid, fetched)
            tried = uids
            return self._triage(box, found, uids)
        except StoreUnavailable:
            raise
        except Exception:
            with suppress(StoreUnavailable):
                self.store().mailbox_progress.give_back(box, self.me, tried)
            raise

    def _read(self, uid: int, fetched: FetchedMessage) -> tuple[str, IntakeItem]:
        """A message as it was read, with its fingerprint."""
        mail = self.read(fetched.raw)
        mail = replace(mail, sent_at=mail.sent_at or fetched.at, notes=(*mail.notes, *fetched.notes))
        return fetched.fingerprint, IntakeItem(self.account.folder, uid_position(uid), mail, bytes=fetched.size)

    def _triage(self, box: Numbering, found: dict[int, tuple[str, IntakeItem]], uids: Sequence[int]) -> int:
        """Triage the mails that were found. Returns how many are new."""
        store = self.store()
        store.mailbox_progress.finish(box, self.me, [uid for uid in uids if uid not in found], MAIL_GONE)
        known = store.mailbox_progress.again(
            box, self.me, {uid: fingerprint for uid, (fingerprint, _) in found.items()}
        )
        new = {uid: one for uid, one in found.items() if uid not in known}
        mails = {item.position: (uid, fingerprint) for uid, (fingerprint, item) in new.items()}
        state = MAIL_DONE if self.action == NOTHING else MAIL_PENDING
        lease = MailboxLease(box, self.me, mails, state, self.clock())
        items = [item for _, item in new.values()]
        return len(triage(items, self.classifier, store, from_mailbox(lease), clock=self.clock))

    def _act(self, mailbox: Mailbox, box: Numbering, filing: Filing, stop: Event) -> str:
        """Do in the mailbox what is still to be done there. What the server declines is left until its lease ends."""
        seen, said = self.store().mailbox_progress, ""
        while self.action != NOTHING and (some := seen.owed(box, self._lease(mailbox))):
            for one in some:
                if stop.is_set():
                    return said
                try:
                    act_on_mail(one, self.action, filing, self.classifier.taxonomy)
                except ServerDeclined as error:
                    said = str(error)
                else:
                    seen.finish(box, self.me, [one.uid], MAIL_DONE, have=MAIL_ACTING)
        return said
