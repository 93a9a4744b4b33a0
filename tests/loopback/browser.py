"""The user's browser in front of a loopback server: it trusts one CA and follows no settings."""

from pathlib import Path

import requests

_SECONDS = 20.0


class PageError(Exception):
    """The browser was left on an error page; `text` is the page."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(status)
        self.status = status
        self.text = text


def visit(url: str, ca_bundle: Path) -> str:
    """Open a consent page and return the address to which it sends the browser, unopened."""
    with _session(ca_bundle) as session:
        answer = session.get(url, allow_redirects=False, timeout=_SECONDS)
    if not answer.is_redirect:
        raise PageError(answer.status_code, answer.text)
    return answer.headers["Location"]


def follow(url: str, ca_bundle: Path) -> str:
    """Open a consent page and the address it redirects to; return the text that is shown there."""
    with _session(ca_bundle) as session:
        return session.get(visit(url, ca_bundle), timeout=_SECONDS).text


def _session(ca_bundle: Path) -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # a CA bundle or a proxy named by the machine would win
    session.verify = str(ca_bundle)
    return session
