"""A process of the product in which many threads ask for a token of one mailbox at once.

`python -m tests.delivery.askers FOLDER MAILBOX THREADS` opens the installation in FOLDER by the
settings in its environment, says "ready", waits for a line, says "asking", and then prints as JSON
which version of the grant each thread was given.
"""

import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from service import config
from service.app import App
from tests.databases import with_storage


def main() -> None:
    """Ask from every thread at the same moment."""
    folder, mailbox_id, threads = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    settings, _ = config.load(None)
    app = App(with_storage(settings, folder), None, folder=folder)
    app.prepare()
    mailbox = app.mailboxes.get(mailbox_id)
    start = threading.Barrier(threads + 1)

    def ask() -> int:
        start.wait()
        opened = app.mailboxes.open(mailbox)
        opened.mailbox.close()
        return opened.version

    with ThreadPoolExecutor(threads) as pool:
        asked = [pool.submit(ask) for _ in range(threads)]
        print("ready", flush=True)  # noqa: T201 - what the test waits for
        sys.stdin.readline()
        start.wait()
        print("asking", flush=True)  # noqa: T201 - the same
        versions = [each.result() for each in asked]
    app.close()
    print(json.dumps(versions), flush=True)  # noqa: T201 - what the test reads


if __name__ == "__main__":
    main()
