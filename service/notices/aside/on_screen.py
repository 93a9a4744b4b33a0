"""Shows a notification on this computer's screen; a process of its own, run by `aside.run`.

Without a title it only looks whether one could be shown.
"""

import asyncio
import html
import json
import sys

from desktop_notifier import DesktopNotifier

from service.notices.aside import REFUSED

_NEVER = 0
"""Keep it until the user has seen it, where the system lets us say so (D-Bus)."""


async def show(title: str | None, message: str) -> str:
    """Show a notification; return why it could not be shown, nothing when it was."""
    notifier = DesktopNotifier(app_name="Call Back", app_icon=None)
    try:
        capabilities = await notifier.get_capabilities()
    except Exception:  # noqa: BLE001 - whatever it is, there is nobody who would show it
        return "Nothing in this session shows notifications."
    if not capabilities:
        return "This system does not let Call Back show notifications."
    is_shown: list[bool] = []
    if title is not None:
        await notifier.send(
            title,
            message if sys.platform in ("win32", "darwin") else html.escape(message, quote=False),
            timeout=_NEVER,
            on_dispatched=lambda: is_shown.append(True),
        )
    if not await notifier.has_authorisation():
        return "The system's settings do not allow Call Back to show notifications."
    return "" if is_shown or title is None else "The system did not take the notification."


def main() -> None:
    """Do what was asked for on standard input."""
    request = json.load(sys.stdin.buffer)
    problem = asyncio.run(show(request.get("title"), request.get("message", "")))
    if problem:
        sys.stdout.write(problem)
        raise SystemExit(REFUSED)


if __name__ == "__main__":
    main()
