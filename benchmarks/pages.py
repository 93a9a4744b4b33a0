"""How long the page takes to answer with 10,000 mails stored, beside the bare framework.

The peer is FastAPI with Jinja2 on uvicorn, as the page is: it reads as many rows from the same
database by SQLAlchemy and renders a line of each; for the findings it reads one row and answers
with what was sent. Requests alternate with the peer's, over HTTP on this computer.
"""

import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jinja2
import requests
import sqlalchemy as sa
import uvicorn
from fastapi import FastAPI, Request
from starlette.responses import HTMLResponse, Response

from service.database import Database
from service.schema import follow_ups
from tests.crowds import multiply
from tests.factories import make_met
from tests.web.conftest import come_in, mark_in
from tests.web.house import opened

MAILS = 10_000
RUNS = 40
FIRST_PAGE_MS = 100.0
FINDINGS_MS = 50.0
ROWS = 150
"""What Coming shows at most: a hundred to come, and what went lately."""

_LINES = jinja2.Template(
    "<ul>{% for row in rows %}<li>{{ row.to_name|e }} {{ row.subject|e }}</li>{% endfor %}</ul>"
)


def show() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder) / "data") as house:
        house.connect_local()
        (mail,) = house.submit(make_met())
        multiply(house.app.database, MAILS)
        session = requests.Session()
        session.trust_env = False
        come_in(house, session)
        page = session.get(f"{house.url}/mails/{mail.id}", timeout=30).text
        form = {"csrf": mark_in(page), "subject": mail.subject, "body": mail.body}
        with _peer(house.app.database) as peer:
            print(f"the page with {MAILS:,} mails stored, median of {RUNS} requests")
            _compare(
                "first page",
                FIRST_PAGE_MS,
                lambda: session.get(house.url, timeout=30),
                lambda: session.get(f"{peer}/", timeout=30),
            )
            _compare(
                "live findings",
                FINDINGS_MS,
                lambda: session.post(
                    f"{house.url}/mails/{mail.id}/findings", data=form, timeout=30
                ),
                lambda: session.post(f"{peer}/one", data=form, timeout=30),
            )
        session.close()


def _compare(
    name: str,
    reach_ms: float,
    ours: Callable[[], requests.Response],
    peers: Callable[[], requests.Response],
) -> None:
    taken: tuple[list[float], list[float]] = ([], [])
    for _run in range(RUNS):
        for times, ask in zip(taken, (ours, peers), strict=True):
            begun = time.perf_counter()
            answer = ask()
            times.append((time.perf_counter() - begun) * 1000)
            answer.raise_for_status()
    own, peer = (statistics.median(each) for each in taken)
    verdict = "reached" if own < reach_ms else "NOT REACHED"
    print(
        f"{name:14} {own:6.1f} ms  peer {peer:6.1f} ms  ratio {own / peer:5.1f}  "
        f"reach {reach_ms:.0f} ms: {verdict}"
    )


@contextmanager
def _peer(database: Database) -> Iterator[str]:
    """Serve the bare framework until the block ends; yield its address."""
    bare = FastAPI()
    columns = (follow_ups.c.id, follow_ups.c.to_name, follow_ups.c.subject, follow_ups.c.slot_at)
    many = sa.select(*columns).order_by(follow_ups.c.slot_at).limit(ROWS)

    @bare.get("/")
    def index() -> Response:
        with database.read() as connection:
            return HTMLResponse(_LINES.render(rows=connection.execute(many).all()))

    @bare.post("/one")
    async def one(request: Request) -> Response:
        form: Any = await request.form()
        with database.read() as connection:
            connection.execute(many.limit(1)).one()
        return HTMLResponse(str(form["body"]))

    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(bare, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
