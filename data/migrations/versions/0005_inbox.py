"""Mail with what was read beside its text, batches of it, what could not be read, and mailboxes that are watched."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    time = sa.DateTime(timezone=True)
    op.create_table(
        "batch",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("at", time, nullable=False),
        sa.Column("beat_at", time, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("read", sa.Integer, nullable=False),
        sa.Column("bad", sa.Integer, nullable=False),
        sa.Column("done", sa.BigInteger, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("said", sa.Text, nullable=False),
    )
    op.create_table(
        "mail",
        sa.Column("email_id", sa.String(32), sa.ForeignKey("email.id"), primary_key=True),
        sa.Column("batch_id", sa.String(32), sa.ForeignKey("batch.id"), index=True),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("position", sa.Text, nullable=False),
        sa.Column("sent_at", time),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("thread_id", sa.Text, nullable=False),
        sa.Column("automatic", sa.Text, nullable=False),
        sa.Column("given", sa.Text, nullable=False),
        sa.Column("beside", sa.JSON, nullable=False),
    )
    op.create_table(
        "bad_mail",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("batch_id", sa.String(32), sa.ForeignKey("batch.id"), nullable=False, index=True),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("position", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_table(
        "seen",
        sa.Column("mailbox", sa.String(32), sa.ForeignKey("batch.id"), primary_key=True),
        sa.Column("validity", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("uid", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("until", time, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False, index=True),
        sa.Column("email_id", sa.String(32), sa.ForeignKey("email.id")),
    )
    op.create_index("ix_seen_state", "seen", ["mailbox", "validity", "state"])
    op.create_table(
        "watcher",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("mailbox", sa.String(32), nullable=False, index=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("beat_at", time, nullable=False),
    )


def downgrade() -> None:
    for table in ("watcher", "seen", "bad_mail", "mail", "batch"):
        op.drop_table(table)
