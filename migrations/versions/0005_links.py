"""One-time links, by which a browser comes in, and what an operator asks for."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table of links; say of each service when it looked; count states by an index."""
    op.create_table(
        "web_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["candidate_id"],
            ["candidates.id"],
            name=op.f("fk_web_links_candidate_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_links")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_web_links_code_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_web_links_candidate_id"), "web_links", ["candidate_id"], unique=False)
    op.add_column("heartbeats", sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_follow_ups_states", "follow_ups", ["candidate_id", "state", "waiting_for"], unique=False
    )
