"""The document of the API (OpenAPI): what the framework knows, and what holds for every call.

Every call may be refused in the same few ways, all of them problem details; every change may be
sent again under an `Idempotency-Key`, and whoever comes by cookie sends the session's mark.
"""

from typing import Annotated, Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, Field

from service.web.api import repeating
from service.web.problems import TITLES

PREFIX = "/api/v1"

_DESCRIPTION = """Everything that `callback` does at the command line, for scripts.

`callback token new NAME` makes a token; send it as `Authorization: Bearer ...`. Moments are ISO
8601 in UTC. A mail is changed from the version that you saw: send its `ETag` as `If-Match`.
"""
_ANYWHERE = (400, 401, 403, 413, 421, 422, 429, 500, 503)
_ON_CHANGE = (409, 412)
_OWN = {("/healthz", 503)}
"""What is no refusal, but an answer of its own form."""

_CHANGES = ("post", "put", "patch", "delete")
_KEY = {
    "name": repeating.HEADER,
    "in": "header",
    "required": False,
    "description": (
        "Any text of your own for this one change: sent again with it, it is done once, "
        "and answered as before. Kept for a day."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": repeating.LONGEST_KEY},
}


class ProblemDetails(BaseModel):
    """What went wrong (RFC 9457)."""

    type: Annotated[str, Field(examples=["urn:call-back:wrong-state"])]
    title: str
    status: int
    detail: Annotated[str, Field(description="What happened, for people.")]
    code: Annotated[str, Field(description="What happened, for programs.")]
    hint: Annotated[str, Field(description="What helps.")] = ""
    problems: Annotated[list[str], Field(description="All that is wrong at once.")] = []


def describe(application: FastAPI) -> dict[str, Any]:
    """Return the document of the API."""
    document = get_openapi(
        title=application.title,
        version=application.version,
        description=_DESCRIPTION,
        routes=application.routes,
    )
    schemas = document["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["ProblemDetails"] = ProblemDetails.model_json_schema()
    for path, calls in document["paths"].items():
        for method, call in calls.items() if path.startswith(PREFIX) else ():
            _complete(path, method, call)
    return document


def _complete(path: str, method: str, call: dict[str, Any]) -> None:
    is_change = method in _CHANGES
    statuses = {*_ANYWHERE, *(_ON_CHANGE if is_change else ())}
    if "{" in path or is_change:
        statuses.add(404)  # what a body names may not be there either
    if method == "patch":
        statuses.add(428)
    for status in sorted(each for each in statuses if (path, each) not in _OWN):
        call["responses"][str(status)] = {
            "description": TITLES[status],
            "content": {
                "application/problem+json": {
                    "schema": {"$ref": "#/components/schemas/ProblemDetails"}
                }
            },
        }
    if is_change:
        call["parameters"] = [*call.get("parameters", []), _KEY]
