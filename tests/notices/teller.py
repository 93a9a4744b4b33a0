"""One round of telling in a process of its own, to be killed: its argument is the matter."""

import sys

from service.app import open_app
from tests.notices.telling import Standing, make_teller


def main() -> None:
    """Tell one matter by the channels of the environment's settings."""
    app = open_app()
    app.prepare()
    standing = Standing(app.office.candidate())
    standing.put(sys.argv[1])
    make_teller(app, standing).round()
    app.close()


if __name__ == "__main__":
    main()
