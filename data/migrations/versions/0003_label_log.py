"""Emails of their own, sorted or not; labels as a log with undo, the view of those that stand; leases."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

ANSWER = """
create view answer as
select l.* from label l
where l.kind in ('label', 'settle')
and not exists (select 1 from label u where u.undoes = l.id)
and not exists (
    select 1 from label n
    where n.email_id = l.email_id and n."by" = l."by" and n.kind = l.kind and n.number > l.number
    and not exists (select 1 from label v where v.undoes = n.id)
)
"""


def upgrade() -> None:
    time = sa.DateTime(timezone=True)
    op.create_table(
        "email",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("at", time, nullable=False, index=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("sender", sa.Text),
        sa.Column("customers_affected", sa.Integer),
    )
    op.execute(
        "insert into email (id, at, source, subject, body, sender, customers_affected)"
        " select id, at, 'triage', subject, body, sender, customers_affected from triaged"
    )
    op.create_table(
        "label_log",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(32), nullable=False, unique=True),
        sa.Column("email_id", sa.String(32), sa.ForeignKey("email.id"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", time, nullable=False),
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
        sa.Column("undoes", sa.String(32)),
    )
    op.execute(
        'insert into label_log (id, email_id, kind, "by", at, via, category, also, impact, urgency, note, expert,'
        " suggested, shown, audit, model_version)"
        " select 'before-' || l.number, l.triaged_id, 'label', l.\"by\", l.at, 'triage', l.category, '', '', '', '',"
        " false, t.category, true, false, l.model_version"
        " from label l join triaged t on t.id = l.triaged_id order by l.number"
    )
    op.drop_table("label")
    op.rename_table("label_log", "label")
    for column in ("email_id", "at", "undoes"):
        op.create_index(f"ix_label_{column}", "label", [column])
    op.execute(ANSWER)
    op.create_table(
        "decision",
        sa.Column("id", sa.String(32), sa.ForeignKey("email.id"), primary_key=True),
        sa.Column("at", time, nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("priority", sa.Text, nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("model_version", sa.Text, nullable=False),
        sa.Column("respond_by", time, nullable=False),
        sa.Column("latency_ms", sa.Float, nullable=False),
        sa.Column("prediction", sa.JSON, nullable=False),
    )
    op.execute(
        "insert into decision (id, at, category, action, priority, confidence, model_version, respond_by, latency_ms,"
        " prediction) select id, at, category, action, priority, confidence, model_version, respond_by, latency_ms,"
        " prediction from triaged"
    )
    op.drop_table("triaged")
    op.rename_table("decision", "triaged")
    op.create_index("ix_triaged_at", "triaged", ["at"])
    op.create_table(
        "lease",
        sa.Column("email_id", sa.String(32), sa.ForeignKey("email.id"), primary_key=True),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("until", time, nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("What was labelled since would be lost: restore a backup instead.")
