"""Triages the mail of a mailbox: new mails are noted, leased, fetched, triaged, and then marked or filed."""

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
from data.mail import BATCH_WATCHED, Batch, IntakeItem, Mail
from data.mailbox_progress import MAIL_ACTING, MAIL_DONE, MAIL_GONE, MAIL_PENDING, Lease, Numbering, uid_position
from data.provenance import MailboxLease, from_mailbox
from data.schema import StoreUnavailable
from model.inbox.mailbox_actions import NOTHING, act_on_mail
from model.triage import Classifies, triage

if TYPE_CHECKING:
    from data.store import Store

BATCH_MAILS = 16
"""Mails that are leased and triaged together."""

LEASE = timedelta(minutes=2)
"""After so long others may take a mail that a process has leased."""

GIVEN_UP = "Whatever read this mail stopped, three times over, so it is left alone. A person should look at it."

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LookResult:
    """How many mails were sorted, and the server's sentence where it declined to mark or file one."""

    sorted: int
    declined: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxSorter:
    """Triages the mail of one IMAP account into the store.

    `me` names this worker in leases, and nobody else; `read` parses a message; `action` is what is done in the mailbox.
    """

    account: Account
    me: str
    store: Callable[[], "Store"]
    classifier: Classifies
    read: Callable[[bytes], Mail]
    action: str = NOTHING
    lease: timedelta = LEASE
    clock: Callable[[], datetime] = now

    def begin(self, mailbox: Mailbox) -> None:
        """Begin the mailbox's batch, if it is new, and give back what this worker has leased."""
        at = self.clock()
        self.store().inbox.add_batch(
            Batch(id=self.account.id, name=self.account.name, at=at, beat_at=at, state=BATCH_WATCHED)
        )
        self.store().mailbox_progress.give_back(self._numbering(mailbox), self.me)

    def sort_new_mail(self, mailbox: Mailbox, filing: Filing, stop: Event) -> LookResult:
        """Triage all mail that has not been, until `stop` is set. Raises MailboxUnavailable, StoreUnavailable."""
        box, progress = self._numbering(mailbox), self.store().mailbox_progress
        progress.add(box, mailbox.above(progress.highest_uid(box)), self.clock())
        progress.give_up(box, self.clock(), GIVEN_UP)
        count = 0
        while not stop.is_set() and (uids := progress.lease(box, self._lease(mailbox))):
            count += self._sort_leased(mailbox, box, uids, stop)
            progress.give_up(box, self.clock(), GIVEN_UP)
        try:
            return LookResult(count, self._act(mailbox, box, filing, stop))
        finally:
            if stop.is_set():
                progress.give_back(box, self.me)

    def _numbering(self, mailbox: Mailbox) -> Numbering:
        return Numbering(self.account.id, mailbox.select(), self.account.folder)

    def _lease(self, mailbox: Mailbox) -> Lease:
        return Lease(self.me, self.clock(), self._until(), BATCH_MAILS, mailbox.last)

    def _until(self) -> datetime:
        return self.clock() + self.lease

    def _sort_leased(self, mailbox: Mailbox, box: Numbering, uids: Sequence[int], stop: Event) -> int:
        """Fetch and triage leased mails. A failure counts as an attempt only at the mail where it happened."""
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
        """The fingerprint of a message, and the message as it was parsed."""
        mail = self.read(fetched.raw)
        mail = replace(mail, sent_at=mail.sent_at or fetched.at, notes=(*mail.notes, *fetched.notes))
        return fetched.fingerprint, IntakeItem(self.account.folder, uid_position(uid), mail, bytes=fetched.size)

    def _triage(self, box: Numbering, found: dict[int, tuple[str, IntakeItem]], uids: Sequence[int]) -> int:
        """Triage the mails that were fetched, by uid; `uids` without one are gone. Returns how many are new."""
        store = self.store()
        store.mailbox_progress.finish(box, self.me, [uid for uid in uids if uid not in found], MAIL_GONE)
        known = store.mailbox_progress.finish_known_mails(
            box, self.me, {uid: fingerprint for uid, (fingerprint, _) in found.items()}
        )
        new = {uid: one for uid, one in found.items() if uid not in known}
        mails = {item.position: (uid, fingerprint) for uid, (fingerprint, item) in new.items()}
        state = MAIL_DONE if self.action == NOTHING else MAIL_PENDING
        lease = MailboxLease(box, self.me, mails, state, self.clock())
        items = [item for _, item in new.values()]
        return len(triage(items, self.classifier, store, from_mailbox(lease), clock=self.clock))

    def _act(self, mailbox: Mailbox, box: Numbering, filing: Filing, stop: Event) -> str:
        """Mark or file mails; one that the server declines is left until its lease ends. Returns its last sentence."""
        progress, declined = self.store().mailbox_progress, ""
        while self.action != NOTHING and (pending := progress.lease_actions(box, self._lease(mailbox))):
            for action in pending:
                if stop.is_set():
                    return declined
                try:
                    act_on_mail(action, self.action, filing, self.classifier.taxonomy)
                except ServerDeclined as error:
                    declined = str(error)
                else:
                    progress.finish(box, self.me, [action.uid], MAIL_DONE, have=MAIL_ACTING)
        return declined
