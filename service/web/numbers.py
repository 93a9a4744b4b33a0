"""The numbers in addresses and forms, none larger than PostgreSQL counts in its tables."""

from typing import Annotated

from fastapi import Form, Path

LARGEST = 2**31 - 1

Id = Annotated[int, Path(ge=1, le=LARGEST)]
"""The id of a mail, an interview or a mailbox in an address."""

Version = Annotated[int, Form(ge=0, le=LARGEST)]
"""The version of a mail that was seen, in a form."""
