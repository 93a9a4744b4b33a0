"""Loads the bytes of a file or of standard input, never more than intake takes."""

import sys
from pathlib import Path

from service.errors import BadInput
from service.intake import kinds


def load(file: str, hint: str = "", *, most: int = kinds.LARGEST) -> bytes:
    """Return what a file holds, or standard input for "-"; one byte too many tells that it is more.

    `most` is how many bytes are taken.

    Raises:
        BadInput: it cannot be opened; `hint` says what to type instead.

    """
    if file == "-":
        return sys.stdin.buffer.read(most + 1)
    try:
        with Path(file).expanduser().open("rb") as opened_file:
            return opened_file.read(most + 1)
    except OSError as error:
        raise BadInput(f"{file} cannot be opened: {error.strerror}.", hint) from error
