"""Serve a loopback server as a process of its own, until SIGTERM or SIGINT."""

import json
import signal
import sys
import threading
from collections.abc import Mapping
from types import FrameType

from tests.loopback.server import LoopbackServer


def serve(
    server: LoopbackServer, facts: Mapping[str, str] | None = None, *, prints: bool = True
) -> None:
    """Print one line of JSON (`url`, `ca_bundle` and `facts`), then serve until told to end.

    The server must have been started, since `facts` usually hold files that name its address.
    """
    ended = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        del number, frame
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    line = {"url": server.url, "ca_bundle": str(server.ca_bundle), **(facts or {})}
    if prints:
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
    ended.wait()
    server.stop()
