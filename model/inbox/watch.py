"""The command that watches a mailbox: `python -m model.inbox.watch`."""

import argparse
import signal
import socket
import sys
import uuid
from collections.abc import Callable, Sequence
from functools import cache, partial
from os import getpid
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from data import settings as knobs
from data import taxonomy
from data.imap import account
from data.intake.message import read_message
from data.settings import ROOT, Settings
from model.inbox.mailbox import MailboxSorter
from model.inbox.mailbox_actions import ACTION_SENTENCES
from model.inbox.watcher import GRACE_SECONDS, MailboxWatcher
from model.serving.fallback import FallbackClassifier
from model.triage import Classifies

if TYPE_CHECKING:
    from data.store import Store


def create_watcher(
    settings: Settings, store: Callable[[], "Store"], classifier: Classifies, **more: Any
) -> MailboxWatcher:
    """A watcher of the mailbox in the settings. Raises ValueError that names the setting that is missing or wrong."""
    lists = settings.mailbox_own_lists
    sorter = MailboxSorter(
        account=account(settings),
        me=f"{socket.gethostname()[:40]}:{getpid()}:{uuid.uuid4().hex[:8]}",
        store=store,
        classifier=classifier,
        read=partial(read_message, own_lists=lists) if lists else read_message,
        action=settings.mailbox_action,
    )
    return MailboxWatcher(sorter, **more)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line. Returns 2 where settings are missing or wrong, 1 where a single look failed."""
    parser = argparse.ArgumentParser(prog="python -m model.inbox.watch", description="Sort the mail of a mailbox.")
    parser.add_argument("--once", action="store_true", help="sort what is there, and end")
    once = parser.parse_args(arguments).once
    try:
        settings = knobs.read_settings(knobs.environment_and_secrets(ROOT))
        known = account(settings)
    except ValueError as error:
        print(f"Not watching: {error}", file=sys.stderr)
        return 2
    store = cache(partial(_open, settings.database_url))
    classifier = FallbackClassifier(settings, taxonomy.read_taxonomy(), store=store)
    classifier.prepare()
    watcher = create_watcher(settings, store, classifier, tell=partial(print, flush=True))
    does = ACTION_SENTENCES[settings.mailbox_action]
    print(f"Watching {known.name} on {known.host}, sorted by {classifier.name}: {does}.", flush=True)
    return 0 if _until_told(watcher, once) else 1


def _open(url: str) -> "Store":
    from data.store import Store

    return Store(url)


def _until_told(watched: MailboxWatcher, once: bool) -> bool:
    """Watch until SIGTERM or SIGINT; then end within seconds, even where a server does not answer."""
    asked, stop, well = [], Event(), []
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: asked.append(True))
    thread = Thread(target=lambda: well.append(watched.run(stop, once)), daemon=True)
    thread.start()
    while thread.is_alive() and not asked:
        thread.join(0.2)
    stop.set()
    thread.join(GRACE_SECONDS + 3)
    return bool(asked) or well == [True]


if __name__ == "__main__":
    sys.exit(main())
