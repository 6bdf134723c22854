"""How the mailbox is watched, in sentences for a page and for whoever asks whether all is ready."""

from collections.abc import Callable
from datetime import datetime, timedelta

from data.clock import now
from data.mail import WATCHER_WATCHING
from data.settings import Settings
from data.store import Store

SILENT = timedelta(seconds=60)
"""After so long without a word nobody is watching any more."""

REMEMBERED = timedelta(days=1)


def watcher_status(store: Store, settings: Settings, clock: Callable[[], datetime] = now) -> list[tuple[bool, str]]:
    """For each who watches the mailbox of the settings whether all is well, and a sentence; none without a mailbox.

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
    awake = [one for one in known if at - one.beat_at < SILENT]
    if awake:
        return [(one.state == WATCHER_WATCHING, f"{mailbox.name}: {one.said}") for one in awake]
    if known:
        minutes = (at - known[0].beat_at).total_seconds() / 60
        return [(False, f"{mailbox.name}: nothing was heard for {minutes:,.0f} min. Its last word: {known[0].said}")]
    return [(False, f"Nobody watches {mailbox.name}: run python -m model.inbox.watch, or set MAILBOX_WATCH=true.")]
