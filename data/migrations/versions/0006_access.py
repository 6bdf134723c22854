"""Who may come in: passes of people and keys of programs, and the sessions that people have open."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    time = sa.DateTime(timezone=True)
    op.create_table(
        "pass",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("scopes", sa.JSON, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False, unique=True),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", time, nullable=False),
        sa.Column("until", time),
        sa.Column("ended_at", time),
    )
    op.create_table(
        "session",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("pass_id", sa.String(32), sa.ForeignKey("pass.id")),
        sa.Column("at", time, nullable=False),
        sa.Column("until", time, nullable=False, index=True),
    )


def downgrade() -> None:
    op.drop_table("session")
    op.drop_table("pass")
