"""Reads rows of `mailboxes` into records."""

import sqlalchemy as sa

from service.records import Mailbox
from service.schema import mailboxes

FIND = sa.select(mailboxes).where(mailboxes.c.id == sa.bindparam("mailbox"))
"""One mailbox by its id; asked for every round, and built once."""


def read_mailbox(row: sa.RowMapping) -> Mailbox:
    """Return the record of one row of `mailboxes`."""
    return Mailbox(
        id=row["id"],
        candidate_id=row["candidate_id"],
        provider=row["provider"],
        address=row["address"],
        name=row["name"],
        access=row["access"],
        signed_out_at=row["signed_out_at"],
        signed_out_reason=row["signed_out_reason"],
        blocked_until=row["blocked_until"],
        blocked_reason=row["blocked_reason"],
        disconnected_at=row["disconnected_at"],
        is_testing=row["is_testing"],
        account_id=row["account_id"],
    )
