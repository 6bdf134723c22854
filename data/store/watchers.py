"""Who watches a mailbox, and how that goes."""

from dataclasses import asdict
from datetime import datetime, timedelta

from data.mail import Watcher
from data.store.database import Database
from data.store.tables import watcher_table

WATCHER_MAX_AGE = timedelta(days=1)


class WatcherStore:
    """One row for each who watches, or died of it lately."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record_heartbeat(self, watcher: Watcher) -> None:
        """Note how somebody who watches is doing; who was not heard of for a day is forgotten."""
        row = asdict(watcher)
        add = self._database.insert(watcher_table).values(row)
        add = add.on_conflict_do_update(index_elements=["id"], set_=row)
        forget = watcher_table.delete().where(watcher_table.c.beat_at < watcher.beat_at - WATCHER_MAX_AGE)
        self._database.write(lambda connection: (connection.execute(forget), connection.execute(add)))

    def remove_watcher(self, watcher_id: str) -> None:
        """Note that somebody watches no longer."""
        leave = watcher_table.delete().where(watcher_table.c.id == watcher_id)
        self._database.write(lambda connection: connection.execute(leave))

    def watchers(self, mailbox: str, since: datetime) -> list[Watcher]:
        """Who watches a mailbox and was heard of since then, the latest first."""
        query = watcher_table.select().where(watcher_table.c.mailbox == mailbox, watcher_table.c.beat_at >= since)
        return [Watcher(**row) for row in self._database.rows(query.order_by(watcher_table.c.beat_at.desc()))]
