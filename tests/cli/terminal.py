"""A real terminal with a user at it: waits for a question, types the answer, keeps the screen."""

import re
import signal
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

import pexpect

from tests.e2e.product import CALLBACK, Product

_PATIENCE_SECONDS = 15


class Terminal:
    """One command on a terminal, of 80 columns where nothing else is said."""

    def __init__(self, product: Product, *arguments: str, columns: int = 80) -> None:
        self._process: pexpect.spawn[bytes] = pexpect.spawn(
            CALLBACK[0],
            [*CALLBACK[1:], *arguments],
            env=product.environment(),
            cwd=str(product.home.parent),
            dimensions=(50, columns),
            timeout=_PATIENCE_SECONDS,
            # Whoever runs the tests in the background has Ctrl-C ignored; a user has not.
            preexec_fn=_listen_to_ctrl_c,
        )
        self._process.delaybeforesend = None
        self._seen: list[bytes] = []
        self.asked_before_mails: list[str] = []
        """The questions that were answered before the first mail was seen."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Give the terminal back, and end what still runs on it."""
        self._process.close(force=True)

    @property
    def screen(self) -> str:
        """Everything that was shown so far, answers included."""
        return b"".join(self._seen).decode(errors="replace").replace("\r\n", "\n")

    def answer(self, question: str, typed: str | bytes = "") -> None:
        """Wait for `question` and type a line; without one, Enter alone."""
        self._wait_for(question)
        self._type(question, typed)

    def answer_all(self, answers: Mapping[str, str], count: int) -> None:
        """Answer the next `count` questions, in whatever order they are asked."""
        for _ in range(count):
            question = self._wait_for(*answers)
            self._type(question, answers[question])

    def paste(self, line: str, make: Callable[[str], str]) -> None:
        """Wait for a line to be shown, and type what `make` makes of the screen."""
        self._process.expect_exact(line)
        self._keep()
        self._process.sendline(make(self.screen))

    def interrupt(self, question: str) -> None:
        """Wait for `question` and type Ctrl-C."""
        self._wait_for(question)
        self._process.sendintr()

    def finish(self, *, expect: int = 0) -> str:
        """Wait until the command has ended and return the whole screen."""
        self._process.expect(pexpect.EOF)
        self._keep()
        self._process.close()
        assert self._process.exitstatus == expect, self.screen
        return self.screen

    def _type(self, question: str, typed: str | bytes) -> None:
        self._process.sendline(typed)
        if "--- 1 of " not in self.screen:
            self.asked_before_mails.append(question)

    def _wait_for(self, *questions: str) -> str:
        """Wait until one of the questions is asked, and return it."""
        prompts = [re.escape(question) + r"(?:[^\r\n]*[?:\]])? $" for question in questions]
        found = self._process.expect([*prompts, pexpect.EOF, pexpect.TIMEOUT])
        self._keep()
        assert found < len(questions), f"{questions} not asked:\n{self.screen}"
        return questions[found]

    def _keep(self) -> None:
        shown = (self._process.before, self._process.after)
        self._seen += [text for text in shown if isinstance(text, bytes)]


def _listen_to_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
