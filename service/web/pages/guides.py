"""Guides (`/guides/...`): the documents of docs/, so that nobody has to look for them elsewhere.

A built package carries them beside the templates; in a checkout they are read where they stand.
"""

import re
from functools import cache
from itertools import pairwise
from pathlib import Path

from fastapi import APIRouter, Request
from markdown_it import MarkdownIt
from markdown_it.token import Token
from starlette.responses import Response

from service.errors import NotFound
from service.web import rendering
from service.web.entering import Visiting

router = APIRouter()

_PACKAGED = rendering.FOLDER / "guides"
_IN_CHECKOUT = rendering.FOLDER.parents[1] / "docs"

_MARK = re.compile(r"[^\w\- ]")
_ELSEWHERE = ("https://", "http://")


@router.get("/guides/{name}")
def show(request: Request, visit: Visiting, name: str) -> Response:
    """Show one guide.

    Raises:
        NotFound: there is none of this name.

    """
    if name not in find_names():
        raise NotFound("There is no such guide.", "/guides/page")
    title, text = _read(name)
    return rendering.render(request, "guide.html", visit=visit, notice=None, title=title, text=text)


@cache
def find_names() -> frozenset[str]:
    """Return the names of all guides."""
    return frozenset(path.stem for path in _folder().glob("*.md"))


def make_anchor(heading: str) -> str:
    """Return a heading's anchor, as code hosts make it, so that a link leads there in both."""
    return _MARK.sub("", heading.lower()).replace(" ", "-")


def _folder() -> Path:
    return _PACKAGED if _PACKAGED.is_dir() else _IN_CHECKOUT


@cache
def _read(name: str) -> tuple[str, str]:
    """Return title and HTML of a guide; HTML that stands in it is shown, not used."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse((_folder() / f"{name}.md").read_text("utf-8"))
    title = ""
    for before, token in pairwise(tokens):
        if before.type == "heading_open":
            plain = "".join(child.content for child in token.children or ())
            title = title or plain
            before.attrSet("id", make_anchor(plain))
        if token.children:
            token.children = _lead(token.children)
    return title, str(parser.renderer.render(tokens, parser.options, {}))


def _lead(children: list[Token]) -> list[Token]:
    """Let links lead to guides and to other sites; what a checkout alone has becomes plain text."""
    kept, is_dropped = [], False
    for child in children:
        if child.type == "link_open":
            page, hash_, anchor = str(child.attrGet("href")).partition("#")
            is_dropped = False
            if page.endswith(".md") and page[:-3] in find_names():
                child.attrSet("href", f"/guides/{page[:-3]}{hash_}{anchor}")
            elif page.startswith(_ELSEWHERE):
                child.attrSet("rel", "noreferrer")
            else:
                is_dropped = page != ""
        if not (is_dropped and child.type in ("link_open", "link_close")):
            kept.append(child)
    return kept
