"""Whatever is sent, the API answers as its document says: schemathesis makes the requests."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import checks
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks as openapi_checks

from service.web.documenting import PREFIX
from tests.web.api.conftest import SUBMISSION, Script
from tests.web.house import House

ENDLESS = f"{PREFIX}/events/stream"
"""It never ends, and is tested by itself."""

FEWEST_GOOD = 0.15
"""A run in which nearly everything is refused shows little."""

CHECKS = [
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_schema_conformance,
]


@dataclass(slots=True)
class Run:
    """What one run has asked, by the status that was answered."""

    answered: Counter[int] = field(default_factory=Counter)

    @property
    def good(self) -> float:
        """The share of what was done."""
        done = sum(count for status, count in self.answered.items() if status < 300)
        return done / self.answered.total()


def _ask_everything(script: Script, requests_in_all: int) -> Run:
    """Ask every operation of the document its share of the requests."""
    document = script.session.get(f"{script.url}{PREFIX}/openapi.json", timeout=30).json()
    assert ENDLESS in document["paths"]
    document["paths"] = {
        path: calls
        for path, calls in document["paths"].items()
        if path.startswith(PREFIX) and path != ENDLESS
    }
    schema = schemathesis.openapi.from_dict(document)
    found = list(schema.get_all_operations())
    operations = [each.ok() for each in found if isinstance(each, Ok)]
    assert len(operations) == len(found)
    run = Run()
    for operation in operations:
        _ask(script, operation, run, max(1, requests_in_all // len(operations)))
    return run


def _ask(script: Script, operation: Any, run: Run, count: int) -> None:
    @seed(20261208)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), number=st.integers(1, 3), is_known=st.integers(0, 3))
    def ask(case: Any, number: int, is_known: int) -> None:
        if is_known and case.path_parameters:
            case.path_parameters = dict.fromkeys(case.path_parameters, number)
        if is_known > 1 and operation.path in (f"{PREFIX}/interviews", f"{PREFIX}/slots"):
            case.body = SUBMISSION | {"role": f"Engineer {number}"} if case.body else case.body
        case.headers.pop("Idempotency-Key", None)
        answer = case.call(
            base_url=script.url,
            headers=dict(script.session.headers),
            timeout=30,
            allow_redirects=False,
        )
        run.answered[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)

    ask()


def _fill(house: House, script: Script) -> None:
    """Store interviews and mails in several states, so that there is something to ask for."""
    house.submit_examples()
    script.submit()
    script.post("/follow-ups/2/pause")
    script.post("/follow-ups/3/stop")


def test_500_requests_are_answered_as_documented(house: House, script: Script) -> None:
    """No 5xx, no answer outside the document, and a good part of them is done."""
    _fill(house, script)
    run = _ask_everything(script, 500)
    assert run.answered.total() >= 400
    assert run.good > FEWEST_GOOD, run.answered


@pytest.mark.slow
def test_10_000_requests_are_answered_as_documented(house: House, script: Script) -> None:
    """The same, at length."""
    _fill(house, script)
    run = _ask_everything(script, 10_000)
    print(f"\n{run.answered.total()} requests: {dict(sorted(run.answered.items()))}")  # noqa: T201
    assert run.answered.total() >= 9_000
    assert run.good > FEWEST_GOOD, run.answered
