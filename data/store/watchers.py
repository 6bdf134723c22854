"""Stores the watchers of mailboxes and their heartbeats."""

from dataclasses import asdict
from datetime import datetime, timedelta

from data.mail import Watcher
from data.store.database import Database
from data.store.tables import watcher_table

WATCHER_MAX_AGE = timedelta(days=1)
"""Time since the last heartbeat after which a watcher is deleted."""


class WatcherStore:
    """The table of watchers: those that run, and those that died within a day."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record_heartbeat(self, watcher: Watcher) -> None:
        """Inserts or updates a watcher, and deletes those without a heartbeat for a day."""
        row = asdict(watcher)
        add = self._database.insert(watcher_table).values(row)
        add = add.on_conflict_do_update(index_elements=["id"], set_=row)
        forget = watcher_table.delete().where(watcher_table.c.beat_at < watcher.beat_at - WATCHER_MAX_AGE)
        self._database.write(lambda connection: (connection.execute(forget), connection.execute(add)))

    def remove_watcher(self, watcher_id: str) -> None:
        """Deletes a watcher that has ended."""
        leave = watcher_table.delete().where(watcher_table.c.id == watcher_id)
        self._database.write(lambda connection: connection.execute(leave))

    def watchers(self, mailbox: str, since: datetime) -> list[Watcher]:
        """Watchers of a mailbox with a heartbeat since that time, latest first."""
        query = watcher_table.select().where(watcher_table.c.mailbox == mailbox, watcher_table.c.beat_at >= since)
        return [Watcher(**row) for row in self._database.rows(query.order_by(watcher_table.c.beat_at.desc()))]
