"""What texts need: threads, short names of companies, own reasons, and what was checked."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add columns, all of them empty for what is there."""
    op.add_column("interviews", sa.Column("company_short", sa.Text(), nullable=True))
    op.add_column("people", sa.Column("reasons", sa.Text(), nullable=True))
    op.add_column("people", sa.Column("thread", sa.JSON(), nullable=True))
    op.add_column("follow_ups", sa.Column("thread", sa.JSON(), nullable=True))
    op.add_column("follow_ups", sa.Column("checked_key", sa.Text(), nullable=True))
    op.add_column("findings", sa.Column("place_in", sa.Text(), nullable=True))
