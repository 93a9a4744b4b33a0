"""Pages of a list: `?limit=` items, and `?cursor=` with what the page before called `next`.

A cursor is opaque, so that what it is made of may change; one that is not ours is refused.
"""

import base64
import binascii
from typing import Annotated

from fastapi import Depends, Query

from service.errors import BadInput
from service.web.numbers import LARGEST

MOST = 100
"""The most items of one page."""

_PREFIX = "id:"

Limit = Annotated[int, Query(ge=1, le=MOST, description="How many at most.")]
"""How many items a page holds."""


def write(next_id: int | None) -> str | None:
    """Return the cursor of the page that begins behind this id, None at the end."""
    if next_id is None:
        return None
    return base64.urlsafe_b64encode(f"{_PREFIX}{next_id}".encode()).decode().rstrip("=")


def read(
    cursor: Annotated[
        str | None, Query(max_length=100, description="`next` of the page before.")
    ] = None,
) -> int | None:
    """Return the id behind which the page begins, None for the first page.

    Raises:
        BadInput: the cursor is none of ours.

    """
    if cursor is None:
        return None
    try:
        told = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        told = ""
    number = told.removeprefix(_PREFIX)
    if not told.startswith(_PREFIX) or not number.isascii() or not number.isdecimal():
        raise BadInput("This cursor is none of ours.", "Begin again without one.")
    return min(int(number), LARGEST) if len(number) <= len(str(LARGEST)) else LARGEST


Behind = Annotated[int | None, Depends(read)]
"""The id behind which the page begins."""
