"""Posts a note to one service through apprise; a process of its own, run by `aside.run`.

Without a title it only looks whether apprise understands the address.
"""

import json
import logging
import re
import sys

import apprise

from service.notices.aside import REFUSED

_STATUS = re.compile(r"error=(\d{3})\b")
"""In what apprise logs of an answer; the rest of that may hold secrets, and is left alone."""


class _Statuses(logging.Handler):
    """Keeps the HTTP statuses that apprise logs, and nothing else of it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.found += _STATUS.findall(record.getMessage())


def post(url: str, title: str | None, body: str) -> str:
    """Post a note; return why it could not be posted, nothing when it was taken."""
    statuses = _Statuses()
    logger = logging.getLogger("apprise")
    logger.addHandler(statuses)
    logger.propagate = False
    asset = apprise.AppriseAsset(app_id="Call Back", app_desc="Call Back", app_url="")
    service = apprise.Apprise.instantiate(url, asset=asset)
    if service is None:
        return "Its address is not complete, or apprise knows no such service."
    if title is None:
        return ""
    if "overflow=" not in url:
        # The default hands on what is too long for the service, which then takes nothing of it.
        service.overflow_mode = apprise.OverflowMode.SPLIT
    services = apprise.Apprise(asset=asset)
    services.add(service)
    if services.notify(body=body, title=title, body_format=apprise.NotifyFormat.TEXT):
        return ""
    answered = f" (status {statuses.found[-1]})" if statuses.found else ""
    return f"The service could not be reached, or did not take it{answered}."


def main() -> None:
    """Do what was asked for on standard input."""
    request = json.load(sys.stdin.buffer)
    problem = post(request["url"], request.get("title"), request.get("body", ""))
    if problem:
        sys.stdout.write(problem)
        raise SystemExit(REFUSED)


if __name__ == "__main__":
    main()
