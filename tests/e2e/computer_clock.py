"""Sets the clock of the computer for processes of the product while they run.

They see it through libfaketime (https://github.com/wolfcw/libfaketime), which is preloaded into
them and reads at every call how far it is off. Only the wall clock is set: the monotonic clock and
all waiting go on as before, as when somebody sets a computer's clock. Linux on x86-64 alone has it.
"""

from datetime import datetime, timedelta
from importlib.metadata import distribution
from pathlib import Path

from service.clock import Clock, real_now

_LIBRARY = "libfaketime/vendor/libfaketime/src/libfaketime.so.1"


class ComputerClock:
    """The clock of a computer, which shows `moment` when it is made."""

    def __init__(self, folder: Path, moment: datetime) -> None:
        self._file = folder / "computer-clock"
        self._offset = timedelta()
        self.set_to(moment)

    def now(self) -> datetime:
        """Return what it shows."""
        return real_now() + self._offset

    def as_clock(self) -> Clock:
        """Return a clock of this process that shows the same until it is set again."""
        return Clock(start=self.now(), since=real_now())

    def set_to(self, moment: datetime) -> None:
        """Set it, at once and in one step."""
        self._offset = moment - real_now()
        beside = self._file.with_suffix(".new")
        beside.write_text(f"{self._offset.total_seconds():+.6f}")
        beside.replace(self._file)

    def settings(self) -> dict[str, str]:
        """Return the environment of a process that sees it."""
        return {
            "LD_PRELOAD": str(distribution("libfaketime").locate_file(_LIBRARY)),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            # Without it every timed wait of a thread ends at once, and those of one process fight
            # over the interpreter: ten times slower (libfaketime 0.9.10, seen 2026-11).
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",
            "NO_FAKE_STAT": "1",
        }
