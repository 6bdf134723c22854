"""The threshold that somebody set for everybody, and who set which before."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "threshold",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("decide_above", sa.Float, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("threshold")
