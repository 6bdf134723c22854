"""Inserts emails with their decisions, and updates the batch and the mailbox leases that they belong to."""

from collections.abc import Sequence
from dataclasses import asdict

import sqlalchemy as sa

from data.mail import TriagedMail
from data.provenance import BatchProgress, Provenance
from data.store.mailbox_progress import finish_leased, still_leased
from data.store.rows import email_row, mail_row, triaged_row
from data.store.tables import bad_mail_table, batch_table, email_table, mail_table, triaged_table


def add_decisions(
    connection: sa.Connection, decided: Sequence[TriagedMail], provenance: Provenance
) -> list[TriagedMail]:
    """Inserts decisions in the caller's transaction. Returns those whose lease nobody else has taken over."""
    lease = provenance.lease
    kept = still_leased(connection, lease, decided) if lease else list(decided)
    _insert(connection, kept, provenance)
    if lease:
        finish_leased(connection, lease, kept)
    if provenance.batch:
        _advance_batch(connection, provenance.batch, len(kept))
    return kept


def _insert(connection: sa.Connection, kept: Sequence[TriagedMail], provenance: Provenance) -> None:
    if not kept:
        return
    triaged = [mail.triaged for mail in kept]
    emails = [email_row(decision.id, decision.at, provenance.source, decision.email) for decision in triaged]
    connection.execute(email_table.insert(), emails)
    connection.execute(triaged_table.insert(), [triaged_row(decision) for decision in triaged])
    if provenance.with_headers:
        connection.execute(mail_table.insert(), [mail_row(_batch_id(provenance), mail) for mail in kept])


def _batch_id(provenance: Provenance) -> str | None:
    if provenance.lease:
        return provenance.lease.box.mailbox
    return provenance.batch.batch_id if provenance.batch else None


def _advance_batch(connection: sa.Connection, progress: BatchProgress, kept: int) -> None:
    counted = batch_table.update().where(batch_table.c.id == progress.batch_id)
    connection.execute(
        counted.values(
            beat_at=progress.at,
            done=progress.done,
            read=batch_table.c.read + kept,
            bad=batch_table.c.bad + len(progress.rejected),
        )
    )
    if progress.rejected:
        rows = [{"batch_id": progress.batch_id, **asdict(mail)} for mail in progress.rejected]
        connection.execute(bad_mail_table.insert(), rows)
