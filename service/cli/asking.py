"""Asks the user: one question a line on stderr, the answer from stdin.

Asks only a terminal. Where there is none, whatever is missing becomes one error that names the flag
for each of it; a script never hangs at a prompt.
"""

import sys
from collections.abc import Sequence

from service.cli.printing import tell
from service.intake import texts


def is_interactive() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin.isatty()


def ask(question: str, default: str = "") -> str:
    """Ask for one line; Enter takes the default."""
    shown = f" [{default}]" if default else ""
    print(f"{question}{shown} ", end="", file=sys.stderr, flush=True)  # noqa: T201 - a prompt
    answer = sys.stdin.readline()
    if not answer:
        raise KeyboardInterrupt
    problem = texts.find_problem(answer.strip(), is_prose=True)
    if problem:
        tell(f"This {problem}.")
        return ask(question, default)
    return answer.strip() or default


def ask_until(question: str, default: str = "") -> str:
    """Ask for one line until there is one."""
    while True:
        answer = ask(question, default)
        if answer:
            return answer


def confirm(question: str, *, default: bool) -> bool:
    """Ask yes or no."""
    hint = "Y/n" if default else "y/N"
    while True:
        answer = ask(f"{question} [{hint}]").casefold()
        if not answer:
            return default
        if answer in ("y", "yes"):
            return True
        if answer in ("n", "no"):
            return False


def pick(question: str, options: Sequence[str], default: int | None = None) -> int:
    """Show numbered options and return the index of the one chosen."""
    for number, option in enumerate(options, start=1):
        tell(f"  {number}  {option}")
    while True:
        answer = ask(question, str(default + 1) if default is not None else "")
        if answer.isascii() and answer.isdigit() and 1 <= int(answer) <= len(options):
            return int(answer) - 1


def tick(question: str, options: Sequence[str], ticked: Sequence[bool]) -> list[bool]:
    """Show options with ticks and return the ticks as the user wants them.

    The answer is the numbers to be ticked ("1 3"), "none", or Enter for what is ticked already.
    """
    for number, (option, is_ticked) in enumerate(zip(options, ticked, strict=True), start=1):
        tell(f"  {number} [{'x' if is_ticked else ' '}] {option}")
    while True:
        answer = ask(question).replace(",", " ").split()
        if not answer:
            return list(ticked)
        if answer == ["none"]:
            return [False] * len(options)
        numbers = [int(each) for each in answer if each.isascii() and each.isdigit()]
        if len(numbers) == len(answer) and all(1 <= each <= len(options) for each in numbers):
            return [number in numbers for number in range(1, len(options) + 1)]
