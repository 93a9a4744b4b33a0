"""The API (`/api/v1`): all that the command line can do, for the candidate whose token it is.

Each call parses, does one action and answers with a shape of `shapes`; errors are problem details.
Where a call changes something it may be sent again with the same `Idempotency-Key`.
"""

from fastapi import APIRouter

from service.web.api import (
    bulk,
    candidates,
    events,
    follow_ups,
    interviews,
    mailboxes,
    submissions,
    texts,
    transitions,
)

PARTS = (
    candidates,
    bulk,
    submissions,
    interviews,
    follow_ups,
    transitions,
    texts,
    mailboxes,
    events,
)
router = APIRouter(prefix="/api/v1")
for part in PARTS:
    router.include_router(part.router)
