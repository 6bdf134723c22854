"""The tables and the view that the migrations create."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa


class UtcDateTime(sa.TypeDecorator):
    """A column of times in UTC, also in databases without time zones."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value and (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC))


metadata = sa.MetaData()

email_table = sa.Table(
    "email",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False, index=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("sender", sa.Text),
    sa.Column("customers_affected", sa.Integer),
    sa.Column("forgotten_at", UtcDateTime),
)

triaged_table = sa.Table(
    "triaged",
    metadata,
    sa.Column("id", sa.String(32), sa.ForeignKey("email.id"), primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False, index=True),
    sa.Column("category", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("priority", sa.Text, nullable=False),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("model_version", sa.Text, nullable=False),
    sa.Column("respond_by", UtcDateTime, nullable=False),
    sa.Column("latency_ms", sa.Float, nullable=False),
    sa.Column("prediction", sa.JSON, nullable=False),
)

label_table = sa.Table(
    "label",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("id", sa.String(32), nullable=False, unique=True),
    sa.Column("email_id", sa.String(32), sa.ForeignKey("email.id"), nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False, index=True),
    sa.Column("via", sa.Text, nullable=False),
    sa.Column("category", sa.Text, nullable=False),
    sa.Column("also", sa.Text, nullable=False),
    sa.Column("impact", sa.Text, nullable=False),
    sa.Column("urgency", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("expert", sa.Boolean, nullable=False),
    sa.Column("seconds", sa.Float),
    sa.Column("suggested", sa.Text, nullable=False),
    sa.Column("shown", sa.Boolean, nullable=False),
    sa.Column("audit", sa.Boolean, nullable=False),
    sa.Column("model_version", sa.Text, nullable=False),
    sa.Column("undoes", sa.String(32), index=True),
)

answer_view = label_table.to_metadata(sa.MetaData(), name="answer")
"""The current labels: neither undone nor replaced by a later one of the same kind, person and email."""

lease_table = sa.Table(
    "lease",
    metadata,
    sa.Column("email_id", sa.String(32), sa.ForeignKey("email.id"), primary_key=True),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("until", UtcDateTime, nullable=False),
)

threshold_table = sa.Table(
    "threshold",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("decide_above", sa.Float, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)

model_table = sa.Table(
    "model",
    metadata,
    sa.Column("version", sa.String(64), primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("manifest", sa.Text, nullable=False),
    sa.Column("report", sa.Text, nullable=False),
)

model_file_table = sa.Table(
    "model_file",
    metadata,
    sa.Column("version", sa.String(64), sa.ForeignKey("model.version"), primary_key=True),
    sa.Column("name", sa.String(128), primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
)

promotion_table = sa.Table(
    "promotion",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)

training_table = sa.Table(
    "training",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("share", sa.Float, nullable=False),
    sa.Column("beat_at", UtcDateTime, nullable=False),
    sa.Column("said", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
)

batch_table = sa.Table(
    "batch",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("beat_at", UtcDateTime, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("read", sa.Integer, nullable=False),
    sa.Column("bad", sa.Integer, nullable=False),
    sa.Column("done", sa.BigInteger, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("said", sa.Text, nullable=False),
)

mail_table = sa.Table(
    "mail",
    metadata,
    sa.Column("email_id", sa.String(32), sa.ForeignKey("email.id"), primary_key=True),
    sa.Column("batch_id", sa.String(32), sa.ForeignKey("batch.id"), index=True),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("position", sa.Text, nullable=False),
    sa.Column("sent_at", UtcDateTime),
    sa.Column("message_id", sa.Text, nullable=False),
    sa.Column("thread_id", sa.Text, nullable=False),
    sa.Column("automatic", sa.Text, nullable=False),
    sa.Column("given", sa.Text, nullable=False),
    sa.Column("beside", sa.JSON, nullable=False),
)

bad_mail_table = sa.Table(
    "bad_mail",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("batch_id", sa.String(32), sa.ForeignKey("batch.id"), nullable=False, index=True),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("position", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)

seen_table = sa.Table(
    "seen",
    metadata,
    sa.Column("mailbox", sa.String(32), sa.ForeignKey("batch.id"), primary_key=True),
    sa.Column("validity", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("uid", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("until", UtcDateTime, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.String(64), nullable=False, index=True),
    sa.Column("email_id", sa.String(32), sa.ForeignKey("email.id")),
    sa.Index("ix_seen_state", "mailbox", "validity", "state"),
)

watcher_table = sa.Table(
    "watcher",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("mailbox", sa.String(32), nullable=False, index=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("said", sa.Text, nullable=False),
    sa.Column("beat_at", UtcDateTime, nullable=False),
)

pass_table = sa.Table(
    "pass",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("scopes", sa.JSON, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False, unique=True),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("until", UtcDateTime),
    sa.Column("ended_at", UtcDateTime),
)

session_table = sa.Table(
    "session",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("pass_id", sa.String(32), sa.ForeignKey("pass.id")),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("until", UtcDateTime, nullable=False, index=True),
)
