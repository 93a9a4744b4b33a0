"""One round of telling: what needs the user now, once per matter, by every channel there is.

Better told twice than not at all: a matter counts as told once a channel took it, and a service
that is killed in between leaves it to be told again. Nothing is open in the database while a
channel is at work.
"""

from collections.abc import Callable, Sequence

import sqlalchemy as sa

from service import interviews
from service.actions.office import Office, id_of
from service.app import App
from service.errors import ServiceError
from service.logs import log
from service.notices import channels, ledger
from service.notices.channels.base import Channel
from service.notices.matters import find_matters
from service.notices.records import Matter, Note, compose
from service.records import Candidate
from service.schema import candidates

ROUND_SECONDS = 30
"""How soon, in real time, the user hears of what needs them."""

_NO_CHANNEL = "Nothing can reach you: callback doctor says what to set."


class Notifier:
    """Tells each candidate what `find` says stands now, by what `list_channels` says they have."""

    def __init__(
        self,
        office: Office,
        find: Callable[[Office, Candidate], Sequence[Matter]],
        list_channels: Callable[[Candidate], Sequence[Channel]],
        page: str | None = None,
    ) -> None:
        self._office = office
        self._find = find
        self._list_channels = list_channels
        self._page = page
        self._is_first = True

    def round(self) -> int:
        """Tell every candidate what they were not told yet; return how many matters were told.

        The first round waits for nothing: a way to tell may have been set up since the last try.
        """
        if self._is_first:
            ledger.wait_no_more(self._office.database)
            self._is_first = False
        with self._office.database.read() as connection:
            ids = list(connection.scalars(sa.select(candidates.c.id).order_by(candidates.c.id)))
            everybody = [interviews.get_candidate(connection, each) for each in ids]
        told = 0
        for candidate in everybody:
            try:
                told += self._round_of(candidate)
            except Exception as error:  # noqa: BLE001 - one must not keep the others from hearing
                log.error("notices failed", action="notify", candidate=candidate.id, error=error)
        return told

    def _round_of(self, candidate: Candidate) -> int:
        database, now = self._office.database, self._office.now()
        standing = {matter.key: matter for matter in self._find(self._office, candidate)}
        due = ledger.bring_up_to_date(database, id_of(candidate), standing, at=now)
        if not due:
            return 0
        present = self._list_channels(candidate)
        keys = ledger.claim(database, due, at=now)
        if not keys:
            return 0
        note = compose([standing[key] for key in keys], self._page)
        took, problems = _tell(present, note)
        if took:
            ledger.record_told(database, keys, took, at=self._office.now())
            log.info(
                "user told",
                action="notify",
                candidate=candidate.id,
                matters=len(keys),
                by=",".join(took),
            )
            return len(keys)
        ledger.record_untold(database, keys, " ".join(problems) or _NO_CHANNEL)
        log.error(
            "nobody could be told", action="notify", candidate=candidate.id, matters=len(keys)
        )
        return 0


def make_notifier(app: App) -> Notifier:
    """Return what tells the users of this installation, by its settings."""
    return Notifier(
        app.office,
        find_matters,
        lambda candidate: channels.list_channels(app, candidate),
        app.settings.web.public_url,
    )


def _tell(present: Sequence[Channel], note: Note) -> tuple[list[str], list[str]]:
    """Tell by every channel; return the names of those that took it, and why the others did not."""
    took, problems = [], []
    for channel in present:
        try:
            channel.tell(note)
        except ServiceError as error:
            log.warning("channel failed", action="notify", channel=channel.name, code=error.code)
            problems.append(f"{channel.name}: {error.message}")
        except Exception as error:  # noqa: BLE001 - one channel must not silence the others
            log.error("channel broke", action="notify", channel=channel.name, error=error)
            problems.append(f"{channel.name}: it broke ({type(error).__name__}).")
        else:
            took.append(channel.name)
    return took, problems
