"""Renders templates; every value is escaped, and one that is missing is an error, not a blank."""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

FOLDER = Path(__file__).resolve().parent


@cache
def environment() -> Environment:
    """Return the templates of this program."""
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["version"] = version("call-back")
    return made


def render(request: Request, template: str, status: int = 200, /, **values: Any) -> HTMLResponse:
    """Return a page."""
    text = environment().get_template(template).render(path=request.url.path, **values)
    return HTMLResponse(text, status)


def render_problem(
    request: Request,
    status: int,
    title: str,
    detail: str,
    *,
    hint: str = "",
    problems: tuple[str, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return the page that says what went wrong, and what helps."""
    page = render(
        request, "problem.html", status, title=title, detail=detail, hint=hint, problems=problems
    )
    page.headers.update(headers or {})
    return page
