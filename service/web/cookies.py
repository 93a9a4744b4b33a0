"""Cookies of this page: kept from scripts, and bound to the one address that set them.

Served over TLS a cookie's name begins with `__Host-`: browsers then take it from nobody but this
host itself, not from a neighbour below the same domain (RFC 6265bis, 4.1.3.2).
"""

from typing import Literal

from fastapi import Request
from starlette.responses import Response


def read(request: Request, name: str) -> str:
    """Return the value of a cookie that came along; empty when none did."""
    return request.cookies.get(_full_name(request, name), "")


def write(
    request: Request,
    answer: Response,
    name: str,
    value: str,
    *,
    seconds: float,
    same_site: Literal["lax", "strict"],
) -> None:
    """Set a cookie for so long."""
    answer.set_cookie(
        _full_name(request, name),
        value,
        max_age=int(seconds),
        httponly=True,
        samesite=same_site,
        secure=_is_secure(request),
    )


def forget(
    request: Request, answer: Response, name: str, *, same_site: Literal["lax", "strict"]
) -> None:
    """Have the browser forget a cookie."""
    full = _full_name(request, name)
    answer.delete_cookie(full, httponly=True, samesite=same_site, secure=_is_secure(request))


def _full_name(request: Request, name: str) -> str:
    return f"__Host-{name}" if _is_secure(request) else name


def _is_secure(request: Request) -> bool:
    """Say whether browsers see TLS, by what is set up: a proxy may not say so of each request."""
    return bool(request.app.state.place.is_secure)
