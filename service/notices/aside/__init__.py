"""Runs a library in a process of its own, for it may hang, crash, or log what nobody may read.

The request goes in on standard input, never as an argument, which others on this computer can read.
Whatever the process writes besides its answer is thrown away. Its modules import their library and
nothing of the service but this file, so that they start quickly.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping

from service.errors import NotTold

REFUSED = 3
"""How a process ends that has written on standard output why it could not tell."""


def run(
    module: str,
    request: Mapping[str, str],
    *,
    seconds: float,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Run one module of this room with a request, and kill it after so many seconds.

    Raises:
        NotTold: with the sentence that it answered, or that it crashed or took too long.

    """
    # -P: a file in the folder we happen to be in must not stand in a library's place.
    command = [sys.executable, "-P", "-m", f"{__name__}.{module}"]
    try:
        ended = subprocess.run(  # noqa: S603 - our own interpreter, and a module named above
            command,
            input=json.dumps(request).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            env={**os.environ, **(environment or {})},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            check=False,
        )
    except subprocess.TimeoutExpired:
        # Not "from" it: it holds what was written so far.
        raise NotTold(f"It took longer than {seconds:.0f} seconds.") from None
    except OSError as error:
        raise NotTold(f"It could not be started: {error.strerror}.") from error
    if ended.returncode == REFUSED:
        raise NotTold(ended.stdout.decode(errors="replace").strip())
    if ended.returncode != 0:
        raise NotTold("It broke off without a word.")
