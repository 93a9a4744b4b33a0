"""Tells whoever asks whether the service that answers also sends: alive, looking, able to write.

Nobody has to come in for it, so that it says nothing of mails or people, and asks the database at
most once a second however often it is asked itself.
"""

import asyncio
import time
from datetime import datetime
from enum import StrEnum

import anyio
import anyio.to_thread
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from service import heartbeats
from service.app import App
from service.clock import real_now
from service.errors import StorageUnusable
from service.heartbeats import Heartbeat

KEPT_SECONDS = 1.0
"""For how long an answer is given again."""

router = APIRouter(tags=["health"])


class Outcome(StrEnum):
    """What a check comes to."""

    OK = "ok"
    FAILING = "failing"


class Checks(BaseModel):
    """What was looked at."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    database: Outcome
    """Whether it can be read, and was written to within 45 seconds or just now."""
    heartbeat: Outcome
    """Whether this service has said within 45 seconds that it is alive."""
    looking: Outcome
    """Whether it has looked within a minute for what is due."""


class ServiceHealth(BaseModel):
    """Whether this service sends."""

    model_config = ConfigDict(
        use_attribute_docstrings=True,
        json_schema_extra={
            "examples": [
                {
                    "status": "ok",
                    "checks": {"database": "ok", "heartbeat": "ok", "looking": "ok"},
                    "heartbeat_age_seconds": 4.2,
                    "look_age_seconds": 4.9,
                }
            ]
        },
    )

    status: Outcome
    """`ok` when every check is."""
    checks: Checks
    heartbeat_age_seconds: float | None
    """None when it has said nothing yet, or cannot be asked."""
    look_age_seconds: float | None


class Examiner:
    """Looks whether the service of this process is well. Used from the server's event loop alone.

    Who asks meanwhile waits for the same answer, and takes no thread.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._lock = asyncio.Lock()
        # Not one of the pool's threads: pages that are slow must not make the service look dead.
        self._thread = anyio.CapacityLimiter(1)
        self._kept: tuple[float, ServiceHealth] | None = None

    async def ask(self) -> ServiceHealth:
        """Return how the service is, or was a moment ago."""
        async with self._lock:
            if self._kept is None or time.monotonic() - self._kept[0] >= KEPT_SECONDS:
                found = await anyio.to_thread.run_sync(self._examine, limiter=self._thread)
                self._kept = time.monotonic(), found
            return self._kept[1]

    def _examine(self) -> ServiceHealth:
        database = self._app.database
        try:
            with database.read() as connection:
                word = heartbeats.find_own(connection, self._app.owner().id)
            is_alive = word is not None and word.is_alive
            if not is_alive:
                # A heartbeat is a write; without one the database itself is asked, so that a full
                # disk is told from a service that hangs.
                heartbeats.try_write(database)
        except StorageUnusable:
            return _answer(None, is_usable=False)
        return _answer(word, is_usable=True)


@router.head("/healthz", include_in_schema=False)
@router.get(
    "/healthz",
    responses={503: {"model": ServiceHealth, "description": "This service sends nothing."}},
)
async def show_health(request: Request, response: Response) -> ServiceHealth:
    """Tell whether this service sends: 200 when it does, 503 when something keeps it from it."""
    examiner: Examiner = request.app.state.examiner
    found = await examiner.ask()
    if found.status is not Outcome.OK:
        response.status_code = 503
    return found


def _answer(word: Heartbeat | None, *, is_usable: bool) -> ServiceHealth:
    passed = {
        "database": is_usable,
        "heartbeat": word is not None and word.is_alive,
        "looking": word is not None and word.is_looking,
    }
    outcomes = {name: Outcome.OK if is_ok else Outcome.FAILING for name, is_ok in passed.items()}
    return ServiceHealth(
        status=Outcome.OK if all(passed.values()) else Outcome.FAILING,
        checks=Checks(**outcomes),
        heartbeat_age_seconds=_age(word.beat_at if word else None),
        look_age_seconds=_age(word.looked_at if word else None),
    )


def _age(moment: datetime | None) -> float | None:
    return None if moment is None else round((real_now() - moment).total_seconds(), 1)
