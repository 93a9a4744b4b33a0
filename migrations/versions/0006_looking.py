"""What the service asks for again and again, with a million mails stored."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add indexes."""
    to_come = sa.text("state IN ('held', 'scheduled')")
    op.create_index(
        "ix_follow_ups_basis",
        "follow_ups",
        ["slot_basis"],
        sqlite_where=to_come,
        postgresql_where=to_come,
    )
    blocked = sa.text("blocked_until IS NOT NULL")
    op.create_index(
        "ix_mailboxes_blocked",
        "mailboxes",
        ["blocked_until"],
        sqlite_where=blocked,
        postgresql_where=blocked,
    )
    op.create_index(op.f("ix_mailboxes_next_probe_at"), "mailboxes", ["next_probe_at"])
