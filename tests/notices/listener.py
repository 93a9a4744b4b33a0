"""Somebody who is told each matter once, as the rounds of the service do it."""

from dataclasses import dataclass, field

from service.actions.office import Office
from service.notices.matters import find_matters
from service.notices.records import Matter
from service.records import Candidate


@dataclass(slots=True)
class Listener:
    """Hears what is new: each key once, for ever."""

    office: Office
    candidate: Candidate
    heard: set[str] = field(default_factory=set)

    def hear(self) -> list[Matter]:
        """Return the matters of this moment that were not heard before."""
        found = find_matters(self.office, self.candidate)
        assert len({each.key for each in found}) == len(found), "two matters under one key"
        new = [each for each in found if each.key not in self.heard]
        self.heard |= {each.key for each in new}
        return new

    def hear_one(self) -> Matter:
        """Return the only new matter; it is not heard again."""
        new = self.hear()
        assert len(new) == 1, [each.subject for each in new]
        assert self.hear() == []
        return new[0]
