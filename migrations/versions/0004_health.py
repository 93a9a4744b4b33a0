"""What the service needs to look again, to keep sign-ins alive, and to tell the user."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add columns, empty for what is there; the notices, which nothing wrote yet, are made anew."""
    op.add_column("mailboxes", sa.Column("is_testing", sa.Boolean(), nullable=True))
    op.add_column("mailboxes", sa.Column("account_id", sa.Text(), nullable=True))
    op.execute(
        "UPDATE mailboxes SET account_id ="
        " (SELECT account_id FROM grants WHERE grants.mailbox_id = mailboxes.id)"
    )
    op.add_column(
        "mailboxes", sa.Column("next_probe_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("follow_ups", sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("follow_ups", sa.Column("shown_version", sa.Integer(), nullable=True))
    op.add_column("follow_ups", sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE attempts SET next_look_at = NULL WHERE ended_at IS NOT NULL")
    _index(
        "ix_attempts_looking",
        "attempts",
        ["mailbox_id", "next_look_at"],
        "next_look_at IS NOT NULL",
    )
    _index(
        "ix_attempts_announced",
        "attempts",
        ["mailbox_id", "announced_at"],
        "announced_at IS NOT NULL",
    )
    op.drop_table("notices")
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.Integer(), nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_by", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["candidate_id"],
            ["candidates.id"],
            name=op.f("fk_notices_candidate_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("matter", name=op.f("uq_notices_matter")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_notices_candidate_id"), "notices", ["candidate_id"], unique=False)
    _index(
        "ix_notices_untold", "notices", ["candidate_id"], "told_at IS NULL AND settled_at IS NULL"
    )


def _index(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
