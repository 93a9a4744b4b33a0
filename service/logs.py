"""Log lines: a constant sentence, then `action` and ids as fields. Never a token, text or address.

`log.info("mail sent", action="confirm", follow_up=12)` prints
`2026-12-09T09:12:03Z info    mail sent  action=confirm follow_up=12`.
Info for transitions, warning for retries, error when a person is needed.
"""

import logging
import sys
from datetime import UTC, datetime
from typing import Any

_logger = logging.getLogger("callback")


class Log:
    """The three levels in use, each with fields."""

    def info(self, sentence: str, **fields: Any) -> None:
        """Tell of a transition, or of the service's own life."""
        _logger.info(sentence, extra={"fields": fields})

    def warning(self, sentence: str, **fields: Any) -> None:
        """Tell of a retry."""
        _logger.warning(sentence, extra={"fields": fields})

    def error(self, sentence: str, *, error: BaseException | None = None, **fields: Any) -> None:
        """Tell of what needs a person. Of `error` only the kind is logged: texts stay private."""
        if error is not None:
            fields["error"] = type(error).__name__
        _logger.error(sentence, extra={"fields": fields})


log = Log()


class _Formatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        fields = getattr(record, "fields", {})
        tail = " ".join(f"{key}={value}" for key, value in fields.items() if value is not None)
        line = f"{moment} {record.levelname.lower():7} {record.getMessage()}"
        return f"{line}  {tail}" if tail else line


def set_up() -> None:
    """Send the log to stderr; libraries stay silent, they may name what we never do."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter())
    _logger.handlers[:] = [handler]
    _logger.setLevel(logging.INFO)
    _logger.propagate = False
