"""Passes, keys and sessions. Secrets are only kept as digests."""

from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa

from data.access import Credential, Session
from data.store.database import Database
from data.store.tables import pass_table, session_table


class CredentialStore:
    """Who may come in. What returned is on disk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, new: Credential) -> None:
        """Let somebody in from now on."""
        self._database.write(lambda connection: connection.execute(pass_table.insert(), [asdict(new)]))

    def credentials(self) -> list[Credential]:
        """All of them, ended ones too, the latest first."""
        return [Credential(**row) for row in self._database.rows(pass_table.select().order_by(pass_table.c.at.desc()))]

    def find_credential(self, digest: str, kind: str, now: datetime) -> Credential | None:
        """The pass of that digest, if it still holds."""
        query = pass_table.select().where(pass_table.c.digest == digest, pass_table.c.kind == kind, _holds(now))
        found = self._database.rows(query)
        return Credential(**found[0]) if found else None

    def end_credential(self, pass_id: str, now: datetime) -> None:
        """Let a pass hold no longer, nor any session that was opened with it."""

        def work(connection: sa.Connection) -> None:
            ended = pass_table.update().where(pass_table.c.id == pass_id, pass_table.c.ended_at.is_(None))
            connection.execute(ended.values(ended_at=now))
            connection.execute(session_table.delete().where(session_table.c.pass_id == pass_id))

        self._database.write(work)

    def open_session(self, session: Session) -> None:
        """Add a session, and forget those that are over."""

        def work(connection: sa.Connection) -> None:
            connection.execute(session_table.delete().where(session_table.c.until <= session.at))
            connection.execute(session_table.insert(), [asdict(session)])

        self._database.write(work)

    def session(self, digest: str, now: datetime) -> Session | None:
        """The session of that digest, if neither it nor its pass is over."""
        query = session_table.select().where(session_table.c.digest == digest, session_table.c.until > now)
        query = query.outerjoin_from(session_table, pass_table).where(
            sa.or_(session_table.c.pass_id.is_(None), _holds(now))
        )
        found = self._database.rows(query)
        return Session(**found[0]) if found else None

    def close_session(self, digest: str) -> None:
        """End a session."""
        ended = session_table.delete().where(session_table.c.digest == digest)
        self._database.write(lambda connection: connection.execute(ended))


def _holds(now: datetime) -> sa.ColumnElement[bool]:
    return pass_table.c.ended_at.is_(None) & sa.or_(pass_table.c.until.is_(None), pass_table.c.until > now)
