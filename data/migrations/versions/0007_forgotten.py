"""When an email was forgotten: its text is gone then, and what was decided and said of it stays."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("email", sa.Column("forgotten_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("email", "forgotten_at")
