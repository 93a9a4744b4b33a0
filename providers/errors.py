"""The four answers a provider can give besides success, each named for what the caller must do.

`code` is for programs and logs, `detail` is one plain sentence for people. Neither ever holds a
token, a code, an address that was not asked about, or a word of a mail.
"""

from datetime import datetime


class ProviderError(Exception):
    """A provider did not do what was asked; see the four subclasses."""

    def __init__(self, code: str, detail: str, *, request_id: str | None = None) -> None:
        super().__init__(f"{detail} ({code})")
        self.code = code
        self.detail = detail
        self.request_id = request_id


class TryLater(ProviderError):
    """The call was certainly not executed and may succeed later: throttled, refused, unreachable.

    `after_seconds` or `until` hold what the provider asked for, None when it named no time.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        after_seconds: float | None = None,
        until: datetime | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(code, detail, request_id=request_id)
        self.after_seconds = after_seconds
        self.until = until


class Rejected(ProviderError):
    """The provider refused the call for good; repeating it unchanged is pointless."""


class SignInAgain(ProviderError):
    """The token or the grant does not allow the call: refresh once, then the user must sign in."""


class OutcomeUnknown(ProviderError):
    """It may or may not have been executed: no answer, a broken one, or a server's failure."""
