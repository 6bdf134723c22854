"""Decisions as they were made, and what people said of them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "triaged",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("sender", sa.Text),
        sa.Column("customers_affected", sa.Integer),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("priority", sa.Text, nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("model_version", sa.Text, nullable=False),
        sa.Column("respond_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("latency_ms", sa.Float, nullable=False),
        sa.Column("prediction", sa.JSON, nullable=False),
    )
    op.create_table(
        "label",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("triaged_id", sa.String(32), sa.ForeignKey("triaged.id"), nullable=False, index=True),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("model_version", sa.Text, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("label")
    op.drop_table("triaged")
