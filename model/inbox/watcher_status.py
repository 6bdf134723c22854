"""Whether the mailbox is watched, and how that goes, in sentences for the Inbox page and `/ready`."""

from collections.abc import Callable
from datetime import datetime, timedelta

from data.clock import now
from data.mail import WATCHER_WATCHING
from data.settings import Settings
from data.store import Store

MAX_SILENCE = timedelta(seconds=60)
"""A watcher without a heartbeat for so long has stopped."""

REMEMBERED = timedelta(days=1)
"""How long a watcher that has stopped is still told of."""


def watcher_status(store: Store, settings: Settings, clock: Callable[[], datetime] = now) -> list[tuple[bool, str]]:
    """For each watcher of the mailbox in the settings: whether all is well, and a sentence. Empty without a mailbox.

    Raises StoreUnavailable.
    """
    if not settings.mailbox_host:
        return []
    from data.imap import account

    try:
        mailbox = account(settings)
    except ValueError as error:
        return [(False, str(error))]
    at = clock()
    known = store.mailbox_progress.watchers(mailbox.id, at - REMEMBERED)
    awake = [one for one in known if at - one.beat_at < MAX_SILENCE]
    if awake:
        return [(one.state == WATCHER_WATCHING, f"{mailbox.name}: {one.said}") for one in awake]
    if known:
        minutes = (at - known[0].beat_at).total_seconds() / 60
        return [(False, f"{mailbox.name}: nothing was heard for {minutes:,.0f} min. Its last word: {known[0].said}")]
    return [(False, f"Nobody watches {mailbox.name}: run python -m model.inbox.watch, or set MAILBOX_WATCH=true.")]
