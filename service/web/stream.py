"""What happens to a candidate's mails, told to the browser as it happens (server-sent events).

One task reads the events of all candidates, however many tabs are open, and gives each tab those of
its own candidate. No text stands in an event: the page fetches what has changed.
"""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Collection, Sequence
from typing import Annotated, Any

import anyio.to_thread
import sqlalchemy as sa
from fastapi import APIRouter, Header, Request
from starlette.responses import StreamingResponse

from service.actions.office import id_of
from service.database import Database
from service.logs import log
from service.schema import events
from service.web.entering import Visiting

LOOK_SECONDS = 0.5
"""How soon an event is told."""

ALIVE_SECONDS = 15.0
"""How often a silent stream says that it is alive: proxies close what is silent."""

MOST = 500
"""How many events are told at once; a tab that was away for more loads its page anew."""

LATE_SECONDS = 30.0
"""How long an event may come after one with a later id: PostgreSQL counts when a change begins."""

router = APIRouter(prefix="/api/v1", tags=["events"])

_COLUMNS = (
    events.c.id,
    events.c.at,
    events.c.candidate_id,
    events.c.interview_id,
    events.c.follow_up_id,
    events.c.action,
    events.c.to_state,
)

Told = asyncio.Queue[str | None]
"""Messages as they go over the wire; None ends the stream."""


class Feed:
    """Reads what happens while anybody listens. Used from the server's event loop alone."""

    def __init__(self, database: Database, stopping: threading.Event) -> None:
        self._database = database
        self._stopping = stopping
        self._listeners: dict[Told, int] = {}
        self._reader: asyncio.Task[None] | None = None
        self._last = 0
        self._late: dict[int, float] = {}
        """Ids that were passed over, and until when each is waited for, by the event loop."""

    async def listen(self, candidate_id: int, after: int | None) -> AsyncIterator[str]:
        """Yield what happens to a candidate's mails, and first what has happened since `after`."""
        told: Told = asyncio.Queue()
        self._listeners[told] = candidate_id
        try:
            yield ": listening\n\n"
            if after is not None:
                missed = await anyio.to_thread.run_sync(self._read, after, candidate_id)
                for row in missed:
                    yield _write(row)
            self._wake()
            while True:
                try:
                    message = await asyncio.wait_for(told.get(), ALIVE_SECONDS)
                except TimeoutError:
                    message = ": alive\n\n"
                if message is None:
                    return
                yield message
        finally:
            self._listeners.pop(told, None)

    def _wake(self) -> None:
        if self._reader is None or self._reader.done():
            self._reader = asyncio.create_task(self._tell_all())

    async def _tell_all(self) -> None:
        """Tell everybody their events, until nobody listens or the service stops."""
        now = asyncio.get_running_loop().time
        self._last, self._late = await anyio.to_thread.run_sync(self._find_last), {}
        while self._listeners and not self._stopping.is_set():
            try:
                self._late = {id_: until for id_, until in self._late.items() if until > now()}
                rows = await anyio.to_thread.run_sync(self._read, self._last, None, set(self._late))
                for row in rows:
                    self._pass(row.id, now() + LATE_SECONDS)
                    for told, candidate_id in self._listeners.items():
                        if candidate_id == row.candidate_id:
                            told.put_nowait(_write(row))
            except Exception as error:  # noqa: BLE001 - a database that is busy is asked again
                log.warning("events not read", action="stream", error=type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)
        for told in self._listeners:
            told.put_nowait(None)

    def _pass(self, id_: int, until: float) -> None:
        """Note that this event was told, and which before it have yet to be seen."""
        self._late.pop(id_, None)
        passed = range(self._last + 1, id_)[-MOST:]
        self._late |= dict.fromkeys(passed, until)
        self._last = max(self._last, id_)

    def _find_last(self) -> int:
        with self._database.read() as connection:
            return connection.scalar(sa.select(sa.func.max(events.c.id))) or 0

    def _read(
        self, after: int, candidate_id: int | None, late: Collection[int] = ()
    ) -> Sequence[Any]:
        wanted = sa.or_(events.c.id > after, events.c.id.in_(late)) if late else events.c.id > after
        query = sa.select(*_COLUMNS).where(wanted).order_by(events.c.id).limit(MOST)
        if candidate_id is not None:
            query = query.where(events.c.candidate_id == candidate_id)
        with self._database.read() as connection:
            return connection.execute(query).all()


@router.get("/events/stream", response_class=StreamingResponse)
async def stream(
    request: Request,
    visit: Visiting,
    last_event_id: Annotated[int | None, Header(ge=0)] = None,
) -> StreamingResponse:
    """Tell what happens to your mails, as it happens; `Last-Event-ID` goes on from there."""
    feed: Feed = request.app.state.feed
    told = feed.listen(id_of(visit.candidate), last_event_id)
    return StreamingResponse(told, media_type="text/event-stream")


def _write(row: Any) -> str:
    told = {
        "at": row.at.isoformat(),
        "interview": row.interview_id,
        "mail": row.follow_up_id,
        "action": row.action,
        "state": row.to_state,
    }
    return f"id: {row.id}\ndata: {json.dumps(told)}\n\n"
