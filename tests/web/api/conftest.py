"""Two candidates of one installation, each with a token, and something of everything."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
import sqlalchemy as sa

from service import visitors
from service.actions.office import id_of
from service.schema import candidates
from tests.factories import TUESDAY
from tests.web.house import House

SUBMISSION: dict[str, Any] = {
    "company": "Tidewater Systems",
    "role": "Site Engineer",
    "starts": "2026-12-08T14:00:00",
    "ends": "2026-12-08T15:00:00",
    "where": "London",
    "why": "I would like to build flood defences that outlast me.",
    "mailbox": "local",
    "people": [
        {
            "name": "Sabine Krüger",
            "email": "sabine.krueger@tidewater.example",
            "line": "The story of the lock gate stays with me.",
        }
    ],
}
"""An interview that is over: its one mail is scheduled."""


@dataclass(slots=True)
class Script:
    """A script that has come in with a token."""

    url: str
    session: requests.Session

    def ask(self, method: str, path: str, **given: Any) -> requests.Response:
        """Make one call."""
        return self.session.request(method, f"{self.url}/api/v1{path}", timeout=30, **given)

    def get(self, path: str, **given: Any) -> Any:
        """Return what a call answers that has to succeed."""
        answer = self.ask("GET", path, **given)
        assert answer.ok, answer.text
        return answer.json()

    def post(self, path: str, json: Any = None, **given: Any) -> Any:
        """Return what a change answers that has to succeed."""
        answer = self.ask("POST", path, json=json, **given)
        assert answer.ok, answer.text
        return answer.json()

    def submit(self, **changes: Any) -> Any:
        """Submit the interview, with changes; return what was stored."""
        return self.post("/interviews", {**SUBMISSION, **changes})

    def submit_several(self, count: int) -> None:
        """Submit so many interviews with different people, an hour each on another day."""
        for number in range(count):
            person = {"name": "Noor Haddad", "email": f"n.haddad@company{number}.example"}
            self.submit(
                company=f"Company {number}",
                starts=f"2026-12-0{number + 1}T14:00:00",
                ends=f"2026-12-0{number + 1}T15:00:00",
                people=[person | {"line": f"I remember lock gate {number}."}],
            )


def problem_of(answer: requests.Response) -> tuple[int, str]:
    """Return status and code of a refusal, which must be problem details."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    told = answer.json()
    assert told["status"] == answer.status_code
    return answer.status_code, told["code"]


def make_script(house: House, candidate_id: int | None) -> Script:
    """Return a script with a new token of a candidate, or of an operator."""
    session = requests.Session()
    session.trust_env = False
    token = visitors.make_token(house.app.database, "a script", candidate_id)
    session.headers["Authorization"] = f"Bearer {token}"
    return Script(house.url, session)


@pytest.fixture
def script(house: House) -> Iterator[Script]:
    """Return a script of the candidate."""
    script = make_script(house, id_of(house.app.office.candidate()))
    yield script
    script.session.close()


@pytest.fixture
def stranger_id(house: House) -> int:
    """Return the id of another candidate."""
    with house.app.database.write() as connection:
        return int(
            connection.execute(
                sa.insert(candidates)
                .values(
                    name="Bo Stranger",
                    zone="Europe/London",
                    language="en",
                    signature=[],
                    created_at=TUESDAY,
                )
                .returning(candidates.c.id)
            ).scalar_one()
        )


@pytest.fixture
def another(house: House, stranger_id: int) -> Iterator[Script]:
    """Return a script of another candidate, who has a mailbox of their own."""
    script = make_script(house, stranger_id)
    yield script
    script.session.close()
