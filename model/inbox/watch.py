"""Sort mail as it comes into a mailbox, for as long as it runs: `python -m model.inbox.watch`."""

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
from data.taxonomy import Taxonomy
from model.inbox.mailbox import Sorter
from model.inbox.mailbox_actions import SAYS
from model.inbox.watcher import GRACE_SECONDS, Watch
from model.serving.fallback import Standby
from model.triage import Predicts

if TYPE_CHECKING:
    from data.store import Store


def create(
    settings: Settings, store: Callable[[], "Store"], classifier: Predicts, rules: Taxonomy, **more: Any
) -> Watch:
    """A watch of the mailbox of the settings. Raises ValueError that names what is missing of those."""
    lists = settings.mailbox_own_lists
    sorter = Sorter(
        account=account(settings),
        me=f"{socket.gethostname()[:40]}:{getpid()}:{uuid.uuid4().hex[:8]}",
        store=store,
        classifier=classifier,
        taxonomy=rules,
        read=partial(read_message, own_lists=lists) if lists else read_message,
        action=settings.mailbox_action,
    )
    return Watch(sorter, **more)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line. Returns 2 where settings are missing or wrong, 1 where a single look failed."""
    parser = argparse.ArgumentParser(prog="python -m model.inbox.watch", description="Sort the mail of a mailbox.")
    parser.add_argument("--once", action="store_true", help="sort what is there, and end")
    once = parser.parse_args(arguments).once
    try:
        settings = knobs.read(knobs.environment(ROOT))
        known = account(settings)
    except ValueError as error:
        print(f"Not watching: {error}", file=sys.stderr)
        return 2
    rules, store = taxonomy.read(), cache(partial(_open, settings.database_url))
    standby = Standby(settings, rules, store=store)
    standby.prepare()
    watched = create(settings, store, standby, rules, tell=partial(print, flush=True))
    does = SAYS[settings.mailbox_action]
    print(f"Watching {known.name} on {known.host}, sorted by {standby.name}: {does}.", flush=True)
    return 0 if _until_told(watched, once) else 1


def _open(url: str) -> "Store":
    from data.store import Store

    return Store(url)


def _until_told(watched: Watch, once: bool) -> bool:
    """Watch until a signal asks for the end, which comes in seconds even where a server does not answer."""
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
