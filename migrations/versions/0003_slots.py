"""What slots need to notice that the settings or the data they were planned from have changed."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add columns, both of them empty for what is there."""
    op.add_column("follow_ups", sa.Column("slot_wall", sa.Text(), nullable=True))
    op.add_column("follow_ups", sa.Column("slot_basis", sa.Text(), nullable=True))
