"""Which account a sign-in is of: the one that mails wait for, a known one, or another.

An account is known by the provider's lasting id. Its address may change, and an address may come to
be another account's, in which nothing of the first one's drafts and mails is to be found.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from providers.base import Grant
from service import outbox
from service.mailboxes.rows import read_mailbox
from service.outbox import Attempt
from service.records import Mailbox
from service.schema import attempts, follow_ups, mailboxes
from service.states import State, Step

_WAITED_FOR = sa.exists().where(
    follow_ups.c.mailbox_id == mailboxes.c.id,
    follow_ups.c.state.in_([State.HELD, State.SCHEDULED, State.SENDING]),
)


def is_of(mailbox: Mailbox, grant: Grant) -> bool:
    """Whether a grant is of the account of this mailbox, whatever address that has now."""
    if mailbox.account_id and grant.account_id:
        return mailbox.account_id == grant.account_id
    return mailbox.address.casefold() == grant.address.casefold()


def list_awaited(connection: sa.Connection, candidate_id: int, provider: str) -> list[Mailbox]:
    """Return the signed-out mailboxes of a provider that unsent mails wait for, oldest first."""
    rows = connection.execute(
        sa.select(mailboxes)
        .where(
            mailboxes.c.candidate_id == candidate_id,
            mailboxes.c.provider == provider,
            mailboxes.c.signed_out_at.is_not(None),
            mailboxes.c.disconnected_at.is_(None),
            _WAITED_FOR,
        )
        .order_by(mailboxes.c.id)
    ).mappings()
    return [read_mailbox(row) for row in rows]


def find_known(
    connection: sa.Connection, candidate_id: int, provider: str, grant: Grant
) -> Mailbox | None:
    """Return the mailbox that a grant renews: the one of its address, else the one of its account.

    The second is an account whose address has changed.
    """
    key = grant.address.casefold()
    rows = connection.execute(
        sa.select(mailboxes).where(
            mailboxes.c.candidate_id == candidate_id, mailboxes.c.provider == provider
        )
    ).mappings()
    known = [(row["address_key"], read_mailbox(row)) for row in rows]
    of_address = next((mailbox for address, mailbox in known if address == key), None)
    return of_address or next((mailbox for _, mailbox in known if is_of(mailbox, grant)), None)


def is_in_use(connection: sa.Connection, provider: str, grant: Grant) -> bool:
    """Whether anybody's connected mailbox here is of the same account."""
    used = sa.select(mailboxes.c.id).where(
        mailboxes.c.provider == provider,
        mailboxes.c.disconnected_at.is_(None),
        (mailboxes.c.account_id == grant.account_id)
        | (
            mailboxes.c.account_id.is_(None) & (mailboxes.c.address_key == grant.address.casefold())
        ),
    )
    return connection.scalar(used.limit(1)) is not None


def find_unsettled(connection: sa.Connection, mailbox: Mailbox) -> Sequence[Attempt]:
    """Return the attempts whose send was announced in a mailbox and whose end is not known yet."""
    announced = outbox.find_open(connection, mailbox.id)
    return [attempt for attempt in announced if attempt.step is Step.ANNOUNCED]


def forget_looks(connection: sa.Connection, mailbox_id: int) -> None:
    """Look no more for the mails of ended attempts: another account would prove the wrong thing."""
    connection.execute(
        sa.update(attempts)
        .where(attempts.c.mailbox_id == mailbox_id, attempts.c.ended_at.is_not(None))
        .values(next_look_at=None)
    )
