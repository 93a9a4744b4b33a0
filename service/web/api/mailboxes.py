"""Your mailboxes: how each sign-in is. A new one is connected in a browser, on the page."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from providers.base import Access
from service.actions import accounts, trying
from service.actions.office import id_of
from service.records import Mailbox as StoredMailbox
from service.web.api.repeating import Repeatable
from service.web.api.shapes import Shape
from service.web.entering import CHANGES, Visit, Visiting
from service.web.numbers import Id

router = APIRouter(prefix="/mailboxes", tags=["mailboxes"], route_class=Repeatable)


class Mailbox(Shape):
    """A connected account, without its sign-in."""

    id: int
    provider: Annotated[str, Field(examples=["gmail"])]
    address: Annotated[str, Field(examples=["ana@lindqvist.example"])]
    access: Access
    signed_out_at: Annotated[
        datetime | None, Field(description="Since when it needs a sign-in; nothing is sent.")
    ]
    signed_out_reason: str | None
    blocked_until: Annotated[
        datetime | None, Field(description="Until when its provider asked to wait.")
    ]
    blocked_reason: str | None
    proved_at: Annotated[
        datetime | None, Field(description="When the provider last renewed the sign-in.")
    ]
    ends_at: Annotated[datetime | None, Field(description="When it ends by itself, if known.")]

    @classmethod
    def of(cls, visit: Visit, mailbox: StoredMailbox) -> "Mailbox":
        """Return the shape of a mailbox."""
        health = visit.app.mailboxes.health(mailbox)
        return cls(
            id=mailbox.id,
            provider=mailbox.provider,
            address=mailbox.address,
            access=Access(mailbox.access),
            signed_out_at=mailbox.signed_out_at,
            signed_out_reason=mailbox.signed_out_reason,
            blocked_until=mailbox.blocked_until,
            blocked_reason=mailbox.blocked_reason,
            proved_at=health.proved_at if health else None,
            ends_at=health.ends_at if health else None,
        )


class Mailboxes(Shape):
    """All your mailboxes."""

    items: list[Mailbox]


class Tested(Shape):
    """Where a test mail went."""

    sent_to: Annotated[str, Field(description="Your own address.")]


class Disconnected(Shape):
    """What disconnecting came to."""

    held: Annotated[int, Field(description="How many mails wait for another mailbox now.")]
    revoke_at: Annotated[
        str | None,
        Field(description="Where to take the access back; null when that was done."),
    ]


@router.get("")
def list_all(visit: Visiting) -> Mailboxes:
    """List your mailboxes and how their sign-ins are."""
    found = visit.app.mailboxes.list(id_of(visit.candidate))
    return Mailboxes(items=[Mailbox.of(visit, each) for each in found])


@router.get("/{mailbox_id}")
def show(visit: Visiting, mailbox_id: Id) -> Mailbox:
    """Show one mailbox."""
    return Mailbox.of(visit, _find(visit, mailbox_id))


@router.post("/{mailbox_id}/test", dependencies=CHANGES)
def test(visit: Visiting, mailbox_id: Id) -> Tested:
    """Send a test mail to yourself."""
    mailbox = _find(visit, mailbox_id)
    trying.send_test(visit.app.office, mailbox)
    return Tested(sent_to=mailbox.address)


@router.delete("/{mailbox_id}", dependencies=CHANGES)
def disconnect(visit: Visiting, mailbox_id: Id) -> Disconnected:
    """Take the access back, and forget the sign-in; what was to go from it waits for another."""
    mailbox = _find(visit, mailbox_id)
    page, held = accounts.disconnect(visit.app.office, visit.candidate, mailbox)
    return Disconnected(held=held, revoke_at=page)


def _find(visit: Visit, mailbox_id: int) -> StoredMailbox:
    return visit.app.mailboxes.get(mailbox_id, candidate_id=id_of(visit.candidate))
