"""Puts the page and the API together around one `App`."""

import threading
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.staticfiles import StaticFiles

from service.app import App
from service.errors import ServiceError
from service.web import (
    api,
    documenting,
    entering,
    health,
    metrics,
    operators,
    pages,
    problems,
    stream,
)
from service.web.guard import Guard
from service.web.places import Place
from service.web.rendering import FOLDER


class Application(FastAPI):
    """The framework's application, with a document of its API that says all that holds."""

    def openapi(self) -> dict[str, Any]:
        """Return the document, made when it is first asked for."""
        if self.openapi_schema is None:
            self.openapi_schema = documenting.describe(self)
        return self.openapi_schema


def make_application(app: App, place: Place, stopping: threading.Event) -> FastAPI:
    """Return the application, as served at a place.

    `stopping` ends every stream that is open, so that the service can stop.
    """
    requests = metrics.Requests()
    application = Application(
        title="Call Back",
        version=version("call-back"),
        # The framework's own pages load their scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        middleware=[
            Middleware(metrics.Counting, requests=requests),
            Middleware(Guard, origins=place.origins),
        ],
    )
    application.state.callback = app
    application.state.place = place
    application.state.attempts = entering.Attempts()
    application.state.feed = stream.Feed(app.database, stopping)
    application.state.examiner = health.Examiner(app)
    application.state.metrics = metrics.make_registry(app, requests)
    application.mount("/static", StaticFiles(directory=FOLDER / "static"), name="static")
    application.include_router(entering.router)
    application.include_router(stream.router)
    application.include_router(api.router)
    application.include_router(health.router)
    application.include_router(metrics.router)
    application.include_router(operators.router)
    application.include_router(pages.router)
    application.add_exception_handler(ServiceError, problems.answer_service)
    application.add_exception_handler(HTTPException, problems.answer_refusal)
    application.add_exception_handler(RequestValidationError, problems.answer_invalid)
    application.add_exception_handler(Exception, problems.answer_unexpected)
    return application
