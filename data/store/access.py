"""Stores credentials (passwords of people, API keys) and sessions; secrets only as digests."""

from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa

from data.access import Credential, Session
from data.store.database import Database
from data.store.tables import pass_table, session_table


class CredentialStore:
    """The tables of credentials and sessions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, new: Credential) -> None:
        """Adds a credential."""
        self._database.write(lambda connection: connection.execute(pass_table.insert(), [asdict(new)]))

    def credentials(self) -> list[Credential]:
        """All credentials, ended ones too, latest first."""
        return [Credential(**row) for row in self._database.rows(pass_table.select().order_by(pass_table.c.at.desc()))]

    def find_credential(self, digest: str, kind: str, now: datetime) -> Credential | None:
        """The credential of that digest and kind, if it is valid at that time."""
        query = pass_table.select().where(pass_table.c.digest == digest, pass_table.c.kind == kind, _is_valid(now))
        found = self._database.rows(query)
        return Credential(**found[0]) if found else None

    def end_credential(self, pass_id: str, now: datetime) -> None:
        """Ends a credential, and deletes the sessions that were opened with it."""

        def work(connection: sa.Connection) -> None:
            ended = pass_table.update().where(pass_table.c.id == pass_id, pass_table.c.ended_at.is_(None))
            connection.execute(ended.values(ended_at=now))
            connection.execute(session_table.delete().where(session_table.c.pass_id == pass_id))

        self._database.write(work)

    def open_session(self, session: Session) -> None:
        """Adds a session, and deletes those that have expired."""

        def work(connection: sa.Connection) -> None:
            connection.execute(session_table.delete().where(session_table.c.until <= session.at))
            connection.execute(session_table.insert(), [asdict(session)])

        self._database.write(work)

    def session(self, digest: str, now: datetime) -> Session | None:
        """The session of that digest, if it has not expired and its credential is valid."""
        query = session_table.select().where(session_table.c.digest == digest, session_table.c.until > now)
        query = query.outerjoin_from(session_table, pass_table).where(
            sa.or_(session_table.c.pass_id.is_(None), _is_valid(now))
        )
        found = self._database.rows(query)
        return Session(**found[0]) if found else None

    def close_session(self, digest: str) -> None:
        """Deletes a session."""
        ended = session_table.delete().where(session_table.c.digest == digest)
        self._database.write(lambda connection: connection.execute(ended))


def _is_valid(now: datetime) -> sa.ColumnElement[bool]:
    return pass_table.c.ended_at.is_(None) & sa.or_(pass_table.c.until.is_(None), pass_table.c.until > now)
