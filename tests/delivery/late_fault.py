"""A fault of a loopback server whose answer leaves only when the test lets it."""

from tests.loopback.faults import Ending, Fault
from tests.loopback.server import Response


class LateFault(Fault):
    """Like `Fault`, but held back until `release`: an answer that comes late, whatever it is."""

    def bend(self, answer: Response | None) -> tuple[Response | None, Ending | None]:
        """See `Fault`; say that the request is here, and wait for the test's word."""
        self.announce()
        self.hold()
        return super().bend(answer)
